// SPDX-License-Identifier: Apache-2.0

/**
 * Entity annotation that points at a VM: `<cluster>/<namespace>/<name>`. It is
 * a door only and proves nothing: the cluster has to confirm it.
 *
 * @public
 */
export const ANNOTATION_VM = 'kubevirt-snapshots/vm';

/**
 * Annotation of a VirtualMachine that names its owners, as entity refs joined
 * by commas. Owners are facts of the cluster.
 *
 * @public
 */
export const ANNOTATION_OWNER = 'kubevirt-snapshots/owner';

/**
 * Annotation of a VirtualMachine that names the one catalog entity which may
 * stand for it.
 *
 * @public
 */
export const ANNOTATION_ENTITY_REF = 'kubevirt-snapshots/entity-ref';

/**
 * Annotation of a snapshot that holds the description a person gave. It is the
 * key that the OpenShift console reads and writes.
 *
 * @public
 */
export const ANNOTATION_DESCRIPTION = 'description';

/**
 * Annotation of a snapshot that names who asked for it. A hint for people who
 * look at the cluster; the portal's own database is what counts.
 *
 * @public
 */
export const ANNOTATION_CREATED_BY = 'kubevirt-snapshots/created-by';

/**
 * Label of objects that we create: id of the operation behind them.
 *
 * @public
 */
export const LABEL_OPERATION = 'kubevirt-snapshots/operation';

/**
 * Label of objects that we create: UID of the VM at that moment.
 *
 * @public
 */
export const LABEL_VM_UID = 'kubevirt-snapshots/vm-uid';

/**
 * Label of snapshots that we create: `manual`, `schedule` or `safety`.
 *
 * @public
 */
export const LABEL_ORIGIN = 'kubevirt-snapshots/origin';

/**
 * Label of snapshots that a schedule takes: its id.
 *
 * @public
 */
export const LABEL_SCHEDULE = 'kubevirt-snapshots/schedule';

/**
 * Label of snapshots that a schedule takes: when they were due, in the form
 * `20261122T030000Z`.
 *
 * @public
 */
export const LABEL_DUE = 'kubevirt-snapshots/due';
