// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  OPERATION_ACTIONS,
  type OperationType,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { canonicalJson } from '../audit/canonicalJson';
import type { AuditFacts } from '../audit/types';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import type { VmAccess } from '../authorization/VmGate';
import { conflict, unavailable } from '../errors';
import type {
  AcceptOptions,
  DatabaseOperationStore,
} from './DatabaseOperationStore';
import type { Operation, OperationRequest } from './types';

/** Where a request came from, for the trail. */
export interface RequestOrigin {
  requestId?: string;
}

/** What every request that makes an operation carries. */
export interface MutationRequest {
  operationId: string;
  vmUid: string;
}

/** What an operation is about. */
export interface Subject {
  snapshotName?: string;
  snapshotUid?: string;
  target?: string;
  wanted: OperationRequest;
  /** What the trail tells of it; the request when absent. */
  facts?: AuditFacts;
  reason?: string;
}

/**
 * What all kinds of operations have in common when they are accepted: the
 * intent, repeats of a request, what stands against any change.
 */
export class Acceptor {
  readonly #store: DatabaseOperationStore;
  readonly #mutations: MutationSwitch;

  constructor(options: {
    store: DatabaseOperationStore;
    mutations: MutationSwitch;
  }) {
    this.#store = options.store;
    this.#mutations = options.mutations;
  }

  /** Operation and intent of a request. */
  describe(
    access: VmAccess,
    type: OperationType,
    request: MutationRequest,
    origin: RequestOrigin,
    what: Subject,
  ): Omit<AcceptOptions, 'locks'> {
    const { snapshotName = '', snapshotUid, target, wanted } = what;
    return {
      operation: {
        id: request.operationId,
        type,
        vm: access.ref,
        vmUid: request.vmUid,
        snapshotName,
        snapshotUid,
        target,
        actor: access.actor,
        request: wanted,
        requestDigest: createHash('sha256')
          .update(
            canonicalJson([
              type,
              access.actor,
              access.ref,
              snapshotName,
              request,
              ...(target === undefined ? [] : [target]),
            ]),
          )
          .digest('hex'),
      },
      intent: {
        action: OPERATION_ACTIONS[type],
        actor: access.actor,
        onBehalfOf: access.onBehalfOf,
        origin: 'portal',
        requestId: origin.requestId,
        entityRef: access.entityRef,
        vm: { ...access.ref, uid: access.vm.uid, owners: access.owners },
        snapshot: snapshotName
          ? { name: snapshotName, uid: snapshotUid }
          : undefined,
        options: what.facts ?? JSON.parse(JSON.stringify(wanted)),
        reason: what.reason,
        decision: 'allow',
      },
    };
  }

  /**
   * Does what a request asks for, once. The same request again gets the same
   * answer: a client that got none asks anew, and by then the first one has
   * changed what the checks see. So it may have while they were being made,
   * when somebody has pressed twice.
   */
  async once(
    options: Omit<AcceptOptions, 'locks'>,
    work: () => Promise<Operation>,
  ): Promise<Operation> {
    const before = await this.#repeated(options);
    if (before) {
      return before;
    }
    try {
      return await work();
    } catch (error) {
      const meanwhile = await this.#repeated(options).catch(() => undefined);
      if (meanwhile) {
        return meanwhile;
      }
      throw error;
    }
  }

  /** The operation of the same request. */
  async #repeated(
    options: Omit<AcceptOptions, 'locks'>,
  ): Promise<Operation | undefined> {
    const known = await this.#store.get(options.operation.id);
    if (known && known.requestDigest !== options.operation.requestDigest) {
      throw conflict('This operation id was used for something else already', {
        code: 'operation-id-used',
        field: 'operationId',
      });
    }
    return known;
  }

  /** What stands against any change of this VM by this person. */
  refuseGeneral(access: VmAccess, vmUid: string): void {
    const verdict = this.#mutations.verdict(access.ref.cluster, access.actor);
    if (!verdict.allowed) {
      throw unavailable(verdict.reason, verdict.code);
    }
    if (access.vm.uid !== vmUid) {
      throw conflict(
        `Another VM bears the name ${access.ref.name} now. Look at it again before you do this.`,
        { code: 'vm-changed' },
      );
    }
    if (access.vm.deleting) {
      throw conflict(`VM ${access.ref.name} is being deleted.`, {
        code: 'vm-gone',
      });
    }
  }

  async accept(options: AcceptOptions): Promise<Operation> {
    return (await this.#store.accept(options)).operation;
  }
}
