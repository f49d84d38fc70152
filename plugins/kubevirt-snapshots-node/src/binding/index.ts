// SPDX-License-Identifier: Apache-2.0
export * from './bindEntity';
export * from './entityRefs';
export * from './ownersOf';
