// SPDX-License-Identifier: Apache-2.0
export { DiskPreviewList, exclusionText } from './DiskPreviewList';
