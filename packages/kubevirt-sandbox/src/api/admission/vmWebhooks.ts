// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { deepEqual } from '../../json';
import type { KubeObject } from '../../types';
import { R } from '../resources';
import type { StatusCause } from '../status';
import { denied, invalidField, Webhook } from './admission';

function setDefaults({ spec }: KubeObject): void {
  const template = spec?.template;
  if (!template) {
    return;
  }
  template.metadata ??= {};
  template.metadata.annotations = {
    'kubevirt.io/pci-topology-version': 'v3',
    ...template.metadata.annotations,
  };
  template.spec ??= {};
  template.spec.architecture ??= 'amd64';
  template.spec.domain ??= {};
  const { domain } = template.spec;
  domain.devices ??= {};
  domain.firmware ??= {};
  domain.firmware.serial ??= randomUUID();
  domain.firmware.uuid ??= randomUUID();
  domain.machine ??= { type: 'q35' };
  domain.resources ??= {};
}

/** `running` and `runStrategy` in one word. */
export function runStrategyOf(vm: KubeObject): string {
  if (vm.spec.runStrategy) {
    return vm.spec.runStrategy;
  }
  return vm.spec.running ? 'Always' : 'Halted';
}

const STRATEGIES = [
  'Always',
  'Halted',
  'Manual',
  'RerunOnFailure',
  'Once',
  'WaitAsReceiver',
];

function strategyCauses(spec: any): StatusCause[] {
  const both = spec.running !== undefined && spec.runStrategy !== undefined;
  if (both) {
    return [
      invalidField(
        'spec.running',
        'Running and RunStrategy are mutually exclusive. Note that Running is deprecated, please use RunStrategy instead',
      ),
    ];
  }
  if (spec.running === undefined && spec.runStrategy === undefined) {
    return [invalidField('spec.running', 'RunStrategy must be specified')];
  }
  if (spec.runStrategy && !STRATEGIES.includes(spec.runStrategy)) {
    return [
      invalidField(
        'spec.runStrategy',
        `Invalid RunStrategy (${spec.runStrategy})`,
      ),
    ];
  }
  return [];
}

function diskCauses(spec: any): StatusCause[] {
  const names = new Set(
    (spec.template?.spec?.volumes ?? []).map((volume: any) => volume.name),
  );
  const disks: any[] = spec.template?.spec?.domain?.devices?.disks ?? [];
  return disks.flatMap((disk, index) => {
    const path = `spec.template.spec.domain.devices.disks[${index}]`;
    return names.has(disk.name)
      ? []
      : [
          invalidField(
            `${path}.name`,
            `${path}.Name '${disk.name}' not found.`,
          ),
        ];
  });
}

function volumeCauses(spec: any): StatusCause[] {
  const field = 'spec.template.spec.volumes';
  const dumps = (spec.template?.spec?.volumes ?? []).filter(
    (volume: any) => volume.memoryDump,
  );
  return dumps.length > 1
    ? [invalidField(field, `${field} must have max one memory dump volume set`)]
    : [];
}

/** An instance type is another one only together with its revision. */
function matcherCauses(object: KubeObject, old: KubeObject): StatusCause[] {
  return ['instancetype', 'preference'].flatMap(field => {
    const [before, after] = [old.spec[field], object.spec[field]];
    const kept =
      before?.revisionName &&
      after &&
      after.name !== before.name &&
      after.revisionName === before.revisionName;
    return kept
      ? [
          invalidField(
            `spec.${field}.revisionName`,
            'the Matcher Name has been updated without updating the RevisionName',
          ),
        ]
      : [];
  });
}

function lockCauses(object: KubeObject, old: KubeObject): StatusCause[] {
  if (deepEqual(object.spec, old.spec)) {
    return [];
  }
  const { snapshotInProgress, restoreInProgress } = old.status ?? {};
  const refused = (message: string) => [
    denied('FieldValueNotSupported', 'spec', message),
  ];
  const strategyChanged =
    object.spec.running !== old.spec.running ||
    object.spec.runStrategy !== old.spec.runStrategy;
  if (snapshotInProgress) {
    const volumes = (vm: KubeObject) => vm.spec.template?.spec?.volumes;
    if (!deepEqual(volumes(object), volumes(old))) {
      return refused(
        `Cannot update vm disks or volumes until snapshot "${snapshotInProgress}" completes`,
      );
    }
    if (strategyChanged) {
      return refused(
        `Cannot update vm running state until snapshot "${snapshotInProgress}" completes`,
      );
    }
  }
  if (restoreInProgress && runStrategyOf(object) !== runStrategyOf(old)) {
    return refused(
      `Cannot update VM runStrategy until restore "${restoreInProgress}" completes`,
    );
  }
  return [];
}

export function vmWebhooks(): Webhook[] {
  return [
    {
      name: 'virtualmachines-mutator.kubevirt.io',
      path: 'virtualmachines-mutate',
      resource: R.vm,
      operations: ['CREATE', 'UPDATE'],
      mutate({ operation, object }) {
        if (operation === 'CREATE') {
          setDefaults(object);
        }
      },
      // instance types are checked by the mutating webhook, so before all else
      validate({ operation, object, oldObject }) {
        const causes =
          operation === 'UPDATE' ? matcherCauses(object, oldObject!) : [];
        return causes.length > 0 ? { causes } : undefined;
      },
    },
    {
      name: 'virtualmachine-validator.kubevirt.io',
      path: 'virtualmachines-validate',
      resource: R.vm,
      operations: ['CREATE', 'UPDATE'],
      validate({ operation, object, oldObject }) {
        const causes = [
          ...strategyCauses(object.spec),
          ...diskCauses(object.spec),
          ...volumeCauses(object.spec),
        ];
        if (causes.length === 0 && operation === 'UPDATE') {
          causes.push(...lockCauses(object, oldObject!));
        }
        return causes.length > 0 ? { causes } : undefined;
      },
    },
    {
      // checks nothing that the sandbox imitates, but its absence stops all status writes of a VM
      name: 'kubevirt-crd-status-validator.kubevirt.io',
      path: 'status-validate',
      resource: R.vm,
      operations: ['CREATE', 'UPDATE'],
      subresource: 'status',
      validate: () => undefined,
    },
    {
      name: 'virtualmachineinstances-update-validator.kubevirt.io',
      path: 'virtualmachineinstances-validate-update',
      resource: R.vmi,
      operations: ['CREATE', 'UPDATE'],
      validate: () => undefined,
    },
  ];
}
