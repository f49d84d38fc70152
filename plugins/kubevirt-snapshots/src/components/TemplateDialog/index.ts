// SPDX-License-Identifier: Apache-2.0
export { TemplateDialog } from './TemplateDialog';
