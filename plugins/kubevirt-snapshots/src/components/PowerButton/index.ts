// SPDX-License-Identifier: Apache-2.0
export { PowerButton, StopVmDialog } from './PowerButton';
