// SPDX-License-Identifier: Apache-2.0
export { RestoresView } from './RestoresView';
