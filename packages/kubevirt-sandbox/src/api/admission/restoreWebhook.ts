// SPDX-License-Identifier: Apache-2.0
import { deepEqual } from '../../json';
import type { ObjectStore } from '../../storage/objectStore';
import type { KubeObject } from '../../types';
import { hasBackendStorage } from '../backendStorage';
import { R } from '../resources';
import type { StatusCause } from '../status';
import { denied, invalidField, Webhook, WebhookCrash } from './admission';
import { IMMUTABLE_SPEC, referenceCauses } from './snapshotWebhook';

/** Two restores created within this time are both accepted: virt-api looks into a cache that lags a little. */
const CACHE_LAG_MS = 10;

const RESTORE_POLICIES = ['RandomizeNames', 'InPlace', 'PrefixTargetName'];
const OWNERSHIP_POLICIES = ['Vm', 'None'];

/** virt-api splits the text of a patch instead of parsing it, so values with `:` or `,` are refused. */
function patchCauses(patches: string[]): StatusCause[] {
  const causes: StatusCause[] = [];
  const fragments = patches.flatMap(patch =>
    patch.replace(/^[{}]+|[{}]+$/g, '').split(','),
  );
  for (const fragment of fragments) {
    const parts = fragment.split(':');
    if (parts.length !== 2) {
      causes.push(
        invalidField(
          'spec.patches',
          `patch format is not valid - one ":" expected in a single key-value json patch: ${fragment}`,
        ),
      );
      continue;
    }
    const [key, value] = parts.map(part => part.trim());
    const allowed = [
      '"/spec/',
      '"/metadata/labels/',
      '"/metadata/annotations/',
    ].some(prefix => value.startsWith(prefix));
    if (key === '"path"' && !allowed) {
      causes.push(
        invalidField(
          'spec.patches',
          `patching is valid only for elements under /spec/ only: ${fragment}`,
        ),
      );
    }
  }
  return causes;
}

function overrideCauses(overrides: any[]): StatusCause[] {
  const causes: StatusCause[] = [];
  overrides.forEach((override, index) => {
    const field = `spec.volumeRestoreOverrides[${index}]`;
    if (!override.volumeName) {
      causes.push(
        denied(
          'FieldValueRequired',
          `${field}.volumeName`,
          'must provide a volume name',
        ),
      );
    }
    if (!override.restoreName && !override.labels && !override.annotations) {
      causes.push(
        denied(
          'FieldValueRequired',
          field,
          'must provide at least one overriden field',
        ),
      );
    }
  });
  return causes;
}

export function restoreWebhook(options: {
  store: ObjectStore;
  gate: () => boolean;
  /** Milliseconds since this object appeared in the server. */
  age: (object: KubeObject) => number;
}): Webhook {
  const { store, gate, age } = options;

  function blockers(object: KubeObject): KubeObject[] {
    return store
      .list(R.restore, object.metadata.namespace)
      .filter(
        other =>
          deepEqual(other.spec.target, object.spec.target) &&
          other.status?.complete !== true &&
          age(other) >= CACHE_LAG_MS,
      );
  }

  /** Checks that need the snapshot; skipped when there is none. */
  function snapshotCauses(object: KubeObject): StatusCause[] | string {
    const { metadata, spec } = object;
    const snapshot = store.get(
      R.snapshot,
      metadata.namespace,
      spec.virtualMachineSnapshotName,
    );
    if (!snapshot) {
      return [];
    }
    if (!snapshot.status) {
      throw new WebhookCrash();
    }
    const causes = patchCauses(spec.patches ?? []);
    const target = store.get(R.vm, metadata.namespace, spec.target.name);
    if (target?.metadata.uid === snapshot.status.sourceUID) {
      return causes;
    }
    const contentName = snapshot.status.virtualMachineSnapshotContentName;
    if (!contentName) {
      return 'snapshot content name is nil in vmSnapshot status';
    }
    const content = store.get(R.content, metadata.namespace, contentName);
    if (!content) {
      return `virtualmachinesnapshotcontents.snapshot.kubevirt.io "${contentName}" not found`;
    }
    if (hasBackendStorage(content.spec.source.virtualMachine)) {
      causes.push(
        invalidField(
          'spec',
          'Restore to a different VM is not supported when snapshotted VM has backend storage (persistent TPM or EFI)',
        ),
      );
    }
    return causes;
  }

  /** Checks of the rest, for a target that can be one. */
  function specCauses({ spec }: KubeObject): StatusCause[] {
    const causes = overrideCauses(spec.volumeRestoreOverrides ?? []);
    const checks: Array<[string, string, string[]]> = [
      ['volumeRestorePolicy', 'volume restore policy', RESTORE_POLICIES],
      ['volumeOwnershipPolicy', 'volume ownership policy', OWNERSHIP_POLICIES],
    ];
    for (const [field, label, allowed] of checks) {
      if (spec[field] !== undefined && !allowed.includes(spec[field])) {
        causes.push(
          invalidField(
            `spec.${field}`,
            `${label} "${spec[field]}" doesn't exist`,
          ),
        );
      }
    }
    return causes;
  }

  return {
    name: 'virtualmachinerestore-validator.snapshot.kubevirt.io',
    path: 'virtualmachinerestores-validate',
    resource: R.restore,
    operations: ['CREATE', 'UPDATE'],
    validate({ operation, object, oldObject }) {
      const { spec } = object;
      if (operation === 'UPDATE') {
        return deepEqual(spec, oldObject!.spec)
          ? undefined
          : { causes: [IMMUTABLE_SPEC] };
      }
      if (!gate()) {
        return { message: 'Snapshot/Restore feature gate not enabled' };
      }
      const causes = referenceCauses(spec.target, 'spec.target');
      if (causes.length === 0) {
        const more = snapshotCauses(object);
        if (typeof more === 'string') {
          return { message: more };
        }
        causes.push(...more, ...specCauses(object));
      }
      causes.push(
        ...blockers(object).map(({ metadata }) =>
          invalidField(
            'spec.target',
            `VirtualMachineRestore "${metadata.name}" in progress`,
          ),
        ),
      );
      return causes.length > 0 ? { causes } : undefined;
    },
  };
}
