// SPDX-License-Identifier: Apache-2.0
import { createBackend } from '@backstage/backend-defaults';
import { portalFeatures } from './features';

const backend = createBackend();
for (const feature of portalFeatures()) {
  backend.add(feature);
}
backend.start().catch(error => {
  // Without this the process stays, holds its port and answers nothing.
  console.error(error);
  process.exit(1);
});
