// SPDX-License-Identifier: Apache-2.0
import {
  LABEL_STATE,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { LAST_RESTORE, projectClaim } from '../project/projectClaim';
import { parseQuantity } from '../project/quantity';
import { at, object, objects, Raw, textAt } from '../project/raw';
import { RESOURCES } from '../transport/resources';
import { ClusterError } from './ClusterError';
import type { KubeClient } from './KubeClient';
import type { ClaimRecord, QuotaLine } from './types';

interface Where {
  cluster: string;
  namespace: string;
}

const known = (claim: ClaimRecord | undefined): claim is ClaimRecord =>
  claim !== undefined;

/** Reads claims one by one; those that don't exist are left out. */
export async function readClaims(
  client: KubeClient,
  { cluster, namespace }: Where,
  names: string[],
): Promise<ClaimRecord[]> {
  const found = await Promise.all(
    names.map(name => client.get(RESOURCES.claims, namespace, name)),
  );
  return found.map(raw => raw && projectClaim(cluster, raw)).filter(known);
}

/** Reads the claim that holds the TPM or EFI state of a VM: of several the newest. */
export async function readStateClaim(
  client: KubeClient,
  { cluster, namespace, name }: VmRef,
): Promise<ClaimRecord | undefined> {
  if (name.length > 63) {
    // More than a label can say, so no claim can be its.
    return undefined;
  }
  const claims = await client.list(RESOURCES.claims, namespace, {
    labelSelector: `${LABEL_STATE}=${name}`,
  });
  return claims
    .map(raw => projectClaim(cluster, raw))
    .filter(known)
    .filter(({ deleting, stateOf }) => !deleting && stateOf === name)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
}

/** Reads the claims that a restore has made. */
export async function readClaimsMadeBy(
  client: KubeClient,
  { cluster, namespace }: Where,
  mark: string,
): Promise<ClaimRecord[]> {
  return (await client.list(RESOURCES.claims, namespace))
    .filter(raw => at(raw, 'metadata', 'annotations', LAST_RESTORE) === mark)
    .map(raw => projectClaim(cluster, raw))
    .filter(known);
}

function nameOf(raw: Raw): string {
  return textAt(raw, ['metadata', 'name']) ?? '';
}

const usesClaim = (volumes: unknown, claim: string): boolean =>
  objects(volumes, 256).some(
    volume =>
      object(volume.persistentVolumeClaim).claimName === claim ||
      object(volume.dataVolume).name === claim ||
      object(volume.memoryDump).claimName === claim,
  );

/**
 * Asks the cluster who names a claim: a VM or a running instance, the
 * DataVolume whose disk it is, another claim that is a copy of it in the
 * making. TPM or EFI state is in none of them: its claim's label names the VM.
 *
 * @returns sentences, none when nobody does
 */
export async function findClaimUsers(
  client: KubeClient,
  { namespace, name }: ClaimRecord,
): Promise<string[]> {
  const [vms, instances, dataVolumes, claims] = await Promise.all([
    client.list(RESOURCES.virtualMachines, namespace),
    client.list(RESOURCES.virtualMachineInstances, namespace),
    client.list(RESOURCES.dataVolumes, namespace, { optional: true }),
    client.list(RESOURCES.claims, namespace),
  ]);
  const sentences: string[] = [];
  for (const vm of vms) {
    const templated = objects(at(vm, 'spec', 'dataVolumeTemplates'), 256).some(
      template => textAt(template, ['metadata', 'name']) === name,
    );
    const volumes = at(vm, 'spec', 'template', 'spec', 'volumes');
    if (templated || usesClaim(volumes, name)) {
      sentences.push(`VM ${nameOf(vm)} has it among its volumes.`);
    }
  }
  for (const instance of instances) {
    if (usesClaim(at(instance, 'spec', 'volumes'), name)) {
      sentences.push(`The running VM ${nameOf(instance)} uses it.`);
    }
  }
  for (const dataVolume of dataVolumes) {
    if (
      nameOf(dataVolume) === name ||
      at(dataVolume, 'spec', 'source', 'pvc', 'name') === name
    ) {
      sentences.push(`DataVolume ${nameOf(dataVolume)} needs it.`);
    }
  }
  for (const claim of claims) {
    const stateOf = textAt(claim, ['metadata', 'labels', LABEL_STATE], 63);
    if (stateOf && nameOf(claim) === name) {
      sentences.push(`It holds the TPM or EFI state of VM ${stateOf}.`);
    }
    const source = object(at(claim, 'spec', 'dataSourceRef'));
    if (
      source.kind === 'PersistentVolumeClaim' &&
      source.name === name &&
      at(claim, 'status', 'phase') !== 'Bound'
    ) {
      sentences.push(`Claim ${nameOf(claim)} is being copied from it.`);
    }
  }
  return sentences;
}

/** Reads what quotas leave; undefined when the account may not. */
export async function readQuota(
  client: KubeClient,
  namespace: string,
): Promise<QuotaLine[] | undefined> {
  let quotas: Raw[];
  try {
    quotas = await client.list(RESOURCES.resourceQuotas, namespace);
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'forbidden') {
      return undefined;
    }
    throw error;
  }
  return quotas.flatMap(quota =>
    Object.keys(object(at(quota, 'status', 'hard'))).flatMap(resource => {
      const hard = parseQuantity(at(quota, 'status', 'hard', resource));
      const used = parseQuantity(at(quota, 'status', 'used', resource)) ?? 0;
      return hard === undefined
        ? []
        : [
            {
              quota: nameOf(quota),
              resource: resource.slice(0, 253),
              hard,
              used,
            },
          ];
    }),
  );
}
