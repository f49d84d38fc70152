// SPDX-License-Identifier: Apache-2.0

/** Type of the location that provided entities come from. */
export const LOCATION_TYPE = 'kubevirt';

/** Annotation of a provided entity: id of the provider that made it. */
export const ANNOTATION_PROVIDER = 'kubevirt-snapshots/provider';
