// SPDX-License-Identifier: Apache-2.0

/**
 * The backend of `npm start`: that of production, plus four people whom anybody
 * may sign in as. It lies outside `src` and the sandbox is a development
 * dependency, so neither can get into a production bundle.
 */
import { createBackend } from '@backstage/backend-defaults';
import { portalFeatures } from '../src/features';

const backend = createBackend();
for (const feature of portalFeatures()) {
  backend.add(feature);
}
backend.add(import('kubevirt-sandbox/sign-in'));
backend.start().catch(error => {
  // Without this the process stays, holds its port and answers nothing.
  console.error(error);
  process.exit(1);
});
