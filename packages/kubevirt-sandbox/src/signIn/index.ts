// SPDX-License-Identifier: Apache-2.0
export { demoSignInModule as default } from './demoSignInModule';
export { DEMO_PEOPLE, type DemoPerson } from './people';
