// SPDX-License-Identifier: Apache-2.0
import { qualified } from '../api/status';
import { R, resourceByKey } from '../api/resources';
import { deepCopy } from '../json';
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { ClusterClient, controllerReference } from './clusterClient';
import type { ControllerContext } from './controller';

const OBJECT = 'instancetype.kubevirt.io/object-';
const VERSION = 'v1beta1';

/** `spec.instancetype` and `spec.preference` work alike. */
const MATCHERS = [
  {
    field: 'instancetype',
    ref: 'instancetypeRef',
    own: R.instancetype,
    cluster: R.clusterInstancetype,
    reason: 'FailedFindInstancetype',
  },
  {
    field: 'preference',
    ref: 'preferenceRef',
    own: R.preference,
    cluster: R.clusterPreference,
    reason: 'FailedFindPreference',
  },
] as const;

type MatcherKind = (typeof MATCHERS)[number];

/** An instance type or a preference that is not there. */
export type MissingType = { reason: string; message: string };

/** The matchers of a spec that name a revision; their `revisionName` may be changed. */
export function namedRevisions(spec: any): { revisionName: string }[] {
  return MATCHERS.flatMap(({ field }) =>
    spec?.[field]?.revisionName ? [spec[field]] : [],
  );
}

/**
 * Copies a revision, with another object's name in the place of the one that its name begins with. One that is there is
 * taken; an equal name means equal content.
 *
 * @returns its name
 */
export function copyRevision(
  client: ClusterClient,
  options: {
    revision: KubeObject;
    from: string;
    to: string;
    owner: KubeObject | undefined;
  },
): string {
  const { revision, from, to, owner } = options;
  const { namespace, labels } = revision.metadata;
  const name = revision.metadata.name!.replace(from, to);
  if (!client.get(R.revision, namespace, name)) {
    client.create(R.revision, {
      metadata: {
        name,
        namespace,
        labels,
        ...(owner && { ownerReferences: [controllerReference(owner)] }),
      },
      data: deepCopy(revision.data),
      revision: revision.revision,
    });
  }
  return name;
}

/** Instance types and preferences of a machine: pinned once by a revision, applied to each instance. */
export class Instancetypes {
  readonly #store: ObjectStore;
  readonly #client: ClusterClient;

  constructor({ store, client }: ControllerContext) {
    this.#store = store;
    this.#client = client;
  }

  /** What the machine names and cannot be found, revision or object. */
  missing(vm: KubeObject): MissingType | undefined {
    for (const kind of MATCHERS) {
      const matcher = vm.spec[kind.field];
      if (matcher && !this.#find(vm, kind)) {
        const [name, type] = matcher.revisionName
          ? [matcher.revisionName, R.revision]
          : [matcher.name, this.#resource(kind, matcher)];
        return {
          reason: kind.reason,
          message: `${qualified(resourceByKey(type))} "${name}" not found`,
        };
      }
    }
    return undefined;
  }

  /**
   * Keeps in the status, not in the spec, of which revision the machine is: of the one that the spec names, else of one
   * made now. A name or kind that has changed loses its revision. True when it wrote something.
   */
  pin(vm: KubeObject): boolean {
    const refs: Record<string, object> = {};
    for (const kind of MATCHERS) {
      const matcher = vm.spec[kind.field];
      if (matcher) {
        const ref = this.#ref(vm, kind, matcher);
        const pinned = ref.controllerRevisionRef?.name;
        const wanted =
          matcher.revisionName ??
          pinned ??
          this.#makeRevision(vm, kind, matcher);
        if (wanted !== pinned) {
          refs[kind.ref] = { ...ref, controllerRevisionRef: { name: wanted } };
        }
      }
    }
    if (Object.keys(refs).length === 0) {
      return false;
    }
    this.#client.changeStatus(R.vm, vm, copy => {
      copy.status = { ...copy.status, ...refs };
    });
    return true;
  }

  /** The template with the CPUs, the memory, the TPM and the EFI that the revisions say. */
  apply(vm: KubeObject): any {
    const template = deepCopy(vm.spec.template);
    const { domain } = template.spec;
    const [instancetype, preference] = MATCHERS.map(kind =>
      vm.spec[kind.field] ? this.#find(vm, kind)?.spec : undefined,
    );
    if (instancetype?.cpu) {
      domain.cpu = {
        cores: 1,
        threads: 1,
        ...domain.cpu,
        sockets: instancetype.cpu.guest,
      };
    }
    if (instancetype?.memory) {
      domain.memory = { ...domain.memory, guest: instancetype.memory.guest };
    }
    if (preference?.devices?.preferredTPM) {
      domain.devices.tpm ??= preference.devices.preferredTPM;
    }
    if (preference?.firmware?.preferredEfi) {
      domain.firmware.bootloader ??= { efi: preference.firmware.preferredEfi };
    }
    return template;
  }

  #resource({ own, cluster }: MatcherKind, { kind }: any): string {
    return (
      [own, cluster].find(
        type => resourceByKey(type).kind.toLowerCase() === kind?.toLowerCase(),
      ) ?? cluster
    );
  }

  /** What the status says of it, as far as it is still of the same name and kind. */
  #ref(vm: KubeObject, { ref }: MatcherKind, { name, kind }: any): any {
    const known = vm.status?.[ref];
    return known?.name === name && (!kind || known?.kind === kind)
      ? known
      : { name, ...(kind && { kind }) };
  }

  /** The instance type as it was pinned, else as it is now. */
  #find(vm: KubeObject, kind: MatcherKind): { spec: any } | undefined {
    const { namespace } = vm.metadata;
    const matcher = vm.spec[kind.field];
    const pinned =
      matcher.revisionName ??
      this.#ref(vm, kind, matcher).controllerRevisionRef?.name;
    if (pinned) {
      return this.#store.get(R.revision, namespace, pinned)?.data;
    }
    const type = this.#resource(kind, matcher);
    return this.#store.get(
      type,
      resourceByKey(type).namespaced ? namespace : undefined,
      matcher.name,
    ) as { spec: any } | undefined;
  }

  #makeRevision(vm: KubeObject, kind: MatcherKind, matcher: any): string {
    const type = resourceByKey(this.#resource(kind, matcher));
    const { namespace, name: vmName } = vm.metadata;
    const object = this.#store.get(
      this.#resource(kind, matcher),
      type.namespaced ? namespace : undefined,
      matcher.name,
    )!;
    const { name, uid, generation } = object.metadata;
    const revision = `${vmName}-${name}-${VERSION}-${uid}-${generation}`;
    if (!this.#store.get(R.revision, namespace, revision)) {
      this.#client.create(R.revision, {
        metadata: {
          name: revision,
          namespace,
          labels: {
            [`${OBJECT}generation`]: String(generation),
            [`${OBJECT}kind`]: type.kind,
            [`${OBJECT}name`]: name!,
            [`${OBJECT}uid`]: uid!,
            [`${OBJECT}version`]: VERSION,
          },
          ownerReferences: [controllerReference(vm)],
        },
        data: {
          apiVersion: object.apiVersion,
          kind: type.kind,
          metadata: { name, uid, generation },
          spec: deepCopy(object.spec),
        },
        revision: 0,
      });
    }
    return revision;
  }
}
