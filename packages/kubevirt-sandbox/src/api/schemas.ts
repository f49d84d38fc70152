// SPDX-License-Identifier: Apache-2.0

/** The part of an OpenAPI v3 structural schema that the sandbox checks. */
export type Schema = {
  type:
    | 'object'
    | 'array'
    | 'string'
    | 'boolean'
    | 'integer'
    | 'number'
    | 'int-or-string';
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
  required?: string[];
  enum?: string[];
  /** Of a text. */
  pattern?: string;
  default?: unknown;
  nullable?: boolean;
  /** x-kubernetes-preserve-unknown-fields, or a part that the sandbox does not describe. */
  open?: boolean;
};

const string: Schema = { type: 'string' };
const boolean: Schema = { type: 'boolean' };
const time: Schema = { type: 'string', nullable: true };
const open: Schema = { type: 'object', open: true };
const stringMap: Schema = { type: 'object', additionalProperties: string };

function list(items: Schema): Schema {
  return { type: 'array', items };
}

function object(
  properties: Record<string, Schema>,
  required?: string[],
): Schema {
  return { type: 'object', properties, ...(required && { required }) };
}

const reference = object({ apiGroup: string, kind: string, name: string }, [
  'kind',
  'name',
]);

const conditions = list(
  object(
    {
      lastProbeTime: time,
      lastTransitionTime: time,
      message: string,
      reason: string,
      status: string,
      type: string,
    },
    ['status', 'type'],
  ),
);

const error = object({ message: string, time });

function kind(spec: Schema, status: Schema, required = ['spec']): Schema {
  return object(
    { apiVersion: string, kind: string, metadata: open, spec, status },
    required,
  );
}

export const SNAPSHOT_SCHEMA = kind(
  object(
    { deletionPolicy: string, failureDeadline: string, source: reference },
    ['source'],
  ),
  object({
    conditions,
    creationTime: time,
    error,
    indications: list(string),
    phase: string,
    readyToUse: boolean,
    snapshotVolumes: object({
      excludedVolumes: list(string),
      includedVolumes: list(string),
    }),
    sourceIndications: list(
      object({ indication: string, message: string }, [
        'indication',
        'message',
      ]),
    ),
    sourceUID: string,
    virtualMachineSnapshotContentName: string,
  }),
);

export const RESTORE_SCHEMA = kind(
  object(
    {
      patches: list(string),
      target: reference,
      targetReadinessPolicy: {
        type: 'string',
        default: 'WaitGracePeriod',
        enum: [
          'StopTarget',
          'WaitGracePeriod',
          'FailImmediate',
          'WaitEventually',
        ],
      },
      virtualMachineSnapshotName: string,
      volumeOwnershipPolicy: string,
      volumeRestoreOverrides: list(
        object({
          annotations: stringMap,
          labels: stringMap,
          restoreName: string,
          volumeName: string,
        }),
      ),
      volumeRestorePolicy: string,
    },
    ['target', 'virtualMachineSnapshotName'],
  ),
  object({
    complete: boolean,
    conditions,
    deletedDataVolumes: list(string),
    restoreTime: time,
    restores: list(
      object(
        {
          dataVolumeName: string,
          persistentVolumeClaim: string,
          volumeName: string,
          volumeSnapshotName: string,
        },
        ['persistentVolumeClaim', 'volumeName', 'volumeSnapshotName'],
      ),
    ),
  }),
);

const filters = {
  annotationFilters: list(string),
  labelFilters: list(string),
};

export const CLONE_SCHEMA = kind(
  object(
    {
      ...filters,
      newMacAddresses: stringMap,
      newSMBiosSerial: string,
      patches: list(string),
      source: reference,
      target: reference,
      template: object(filters),
      volumeNamePolicy: {
        type: 'string',
        enum: ['RandomizeNames', 'PrefixTargetName'],
      },
    },
    // source is required too, but virt-api's mutator runs first and dies without it (see admission)
    ['source'],
  ),
  object({
    conditions,
    creationTime: time,
    phase: string,
    restoreName: { type: 'string', nullable: true },
    snapshotName: { type: 'string', nullable: true },
    targetName: { type: 'string', nullable: true },
  }),
);

export const TEMPLATE_SCHEMA = kind(
  object(
    {
      message: string,
      parameters: list(
        object(
          {
            description: string,
            displayName: string,
            from: string,
            generate: { type: 'string', enum: ['expression'] },
            name: string,
            required: boolean,
            value: string,
          },
          ['name'],
        ),
      ),
      virtualMachine: open,
    },
    ['virtualMachine'],
  ),
  open,
);

export const VOLUME_SNAPSHOT_SCHEMA = kind(
  object(
    {
      source: object({
        persistentVolumeClaimName: string,
        volumeSnapshotContentName: string,
      }),
      volumeSnapshotClassName: string,
    },
    ['source'],
  ),
  object({
    boundVolumeSnapshotContentName: string,
    creationTime: time,
    error,
    readyToUse: boolean,
    restoreSize: string,
    volumeGroupSnapshotName: string,
  }),
);

const NUMBER = '(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))';

const quantities: Schema = {
  type: 'object',
  additionalProperties: {
    type: 'int-or-string',
    pattern: `^(\\+|-)?${NUMBER}(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?${NUMBER}))?$`,
  },
};

const dataSource = { apiGroup: string, kind: string, name: string };

/** How a DataVolume describes its claim. */
const claimOfDisk = {
  accessModes: list(string),
  dataSource: object(dataSource, ['kind', 'name']),
  dataSourceRef: object({ ...dataSource, namespace: string }, ['kind', 'name']),
  resources: object({ limits: quantities, requests: quantities }),
  selector: object({
    matchExpressions: list(
      object({ key: string, operator: string, values: list(string) }, [
        'key',
        'operator',
      ]),
    ),
    matchLabels: stringMap,
  }),
  storageClassName: string,
  volumeMode: string,
  volumeName: string,
};

const nameAndNamespace = object({ name: string, namespace: string }, [
  'name',
  'namespace',
]);

/** Sources that the sandbox can fill a disk from are described, the rest is open. */
export const DATA_VOLUME_SCHEMA = kind(
  object({
    checkpoints: list(
      object({ current: string, previous: string }, ['current', 'previous']),
    ),
    contentType: { type: 'string', enum: ['kubevirt', 'archive'] },
    finalCheckpoint: boolean,
    preallocation: boolean,
    priorityClassName: string,
    pvc: object({ ...claimOfDisk, volumeAttributesClassName: string }),
    serviceAccountName: string,
    source: object({
      blank: object({}),
      gcs: open,
      http: open,
      imageio: open,
      pvc: nameAndNamespace,
      registry: open,
      s3: open,
      snapshot: nameAndNamespace,
      upload: object({}),
      vddk: open,
    }),
    sourceRef: object({ kind: string, name: string, namespace: string }, [
      'kind',
      'name',
    ]),
    storage: object(claimOfDisk),
  }),
  object({
    claimName: string,
    conditions: list(
      object(
        {
          lastHeartbeatTime: time,
          lastTransitionTime: time,
          message: string,
          reason: string,
          status: string,
          type: string,
        },
        ['status', 'type'],
      ),
    ),
    phase: string,
    progress: string,
    restartCount: { type: 'integer' },
  }),
);

export const VM_SCHEMA = kind(
  {
    type: 'object',
    open: true,
    required: ['template'],
    properties: {
      running: boolean,
      runStrategy: string,
      dataVolumeTemplates: list(open),
      template: { type: 'object', open: true },
    },
  },
  open,
);
