// SPDX-License-Identifier: Apache-2.0
import { auditCli } from './main';

void auditCli(process.argv.slice(2)).then(code => {
  process.exitCode = code;
});
