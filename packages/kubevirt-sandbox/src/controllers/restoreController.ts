// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import { ApiError } from '../api/status';
import { Subresources } from '../api/subresources';
import { ADMIN } from '../api/tokens';
import { toKubeTime } from '../clock';
import { deepCopy, deepEqual } from '../json';
import { objectKey } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import { controllerReference } from './clusterClient';
import { Controller, ControllerContext, RetryLater } from './controller';
import { conditionOf, isTrue, withCondition } from './kubeConditions';
import { restoreContent } from './restoreContent';
import { RestoreDisks } from './restoreDisks';
import { newTarget, restoredSpec, specForExisting } from './restoreTarget';
import { RestoreRevisions } from './restoreRevisions';
import { RestoreState } from './restoreState';
import { LAST_RESTORE, RESTORE_NAME, restoreId } from './restoreVolumes';

const FINALIZER = 'snapshot.kubevirt.io/vmrestore-protection';
const COMPONENT = 'restore-controller';
const GRACE_MS = 5 * 60_000;

const WAITING =
  'Waiting for target VM to be powered off. Please stop the restore target to proceed with restore';
const STOPPING = 'Automatically stopping restore target for restore operation';
const MUST_BE_OFF =
  'Restore target VMI must be powered off before restore operation';
const GRACE_OVER =
  'Restore target failed to be ready within 5m0s. Please power off the target VM before attempting restore';

type Words = {
  progressing: ['True' | 'False', string];
  ready: ['True' | 'False', string];
};

const words = (
  on: 'True' | 'False',
  progressing: string,
  ready: string = progressing,
  done: 'True' | 'False' = 'False',
): Words => ({ progressing: [on, progressing], ready: [done, ready] });

/** VirtualMachineRestores: wait for power-off, new claims, new spec, clean-up. */
export class RestoreController extends Controller {
  protected readonly resource = R.restore;
  readonly #subresources: Subresources;
  readonly #disks: RestoreDisks;
  readonly #state: RestoreState;
  readonly #revisions: RestoreRevisions;

  constructor(
    context: ControllerContext,
    options: { subresources: Subresources },
  ) {
    super(context);
    this.#subresources = options.subresources;
    this.#disks = new RestoreDisks(context);
    this.#state = new RestoreState(context);
    this.#revisions = new RestoreRevisions(context);
  }

  protected related(event: StoreEvent): string[] {
    const { namespace, name, annotations } = event.object.metadata;
    if (event.resource === R.vm || event.resource === R.vmi) {
      return this.store
        .list(R.restore, namespace)
        .filter(restore => restore.spec.target.name === name)
        .map(restore => objectKey(namespace, restore.metadata.name!));
    }
    if (event.resource === R.pvc || event.resource === R.dataVolume) {
      const restore = annotations?.[RESTORE_NAME];
      const own = restore ? [objectKey(namespace, restore)] : [];
      // an original claim that goes makes room for the restored one
      return event.type === 'DELETED'
        ? this.store
            .list(R.restore, namespace)
            .map(entry => objectKey(namespace, entry.metadata.name!))
        : own;
    }
    return [];
  }

  protected deleted(restore: KubeObject): void {
    this.#disks.forget(restore);
  }

  protected reconcile(restore: KubeObject): number | undefined {
    const target = this.#target(restore);
    if (restore.metadata.deletionTimestamp) {
      this.#delete(restore, target);
      return undefined;
    }
    if (restore.status?.complete || isTrue(restore, 'Failure')) {
      return undefined;
    }
    if (!restore.status) {
      this.#say(restore, words('True', 'Initializing VirtualMachineRestore'));
      return undefined;
    }
    if (!restore.metadata.finalizers?.includes(FINALIZER)) {
      this.#adopt(restore, target);
      return undefined;
    }
    try {
      this.#advance(restore, target);
      return undefined;
    } catch (error) {
      const { message } = error as Error;
      this.client.event({
        on: restore,
        type: 'Warning',
        reason: 'VirtualMachineRestoreError',
        message: `VirtualMachineRestore encountered error ${message}`,
        component: COMPONENT,
      });
      this.#say(restore, words('False', message));
      throw error instanceof ApiError ? error : new RetryLater(message);
    }
  }

  #target(restore: KubeObject): KubeObject | undefined {
    const { namespace } = restore.metadata;
    return this.store.get(R.vm, namespace, restore.spec.target.name);
  }

  /** Finalizer and owner in one write. */
  #adopt(restore: KubeObject, target: KubeObject | undefined): void {
    this.client.change(R.restore, restore, copy => {
      copy.metadata.finalizers = [
        ...(copy.metadata.finalizers ?? []),
        FINALIZER,
      ];
      if (target && !copy.metadata.ownerReferences?.length) {
        copy.metadata.ownerReferences = [controllerReference(target)];
      }
    });
  }

  #advance(restore: KubeObject, target: KubeObject | undefined): void {
    const { name } = restore.metadata;
    const isSwitched =
      target?.metadata.annotations?.[LAST_RESTORE] === restoreId(restore);
    const content = restoreContent(this.store, restore, target, isSwitched);
    if (!this.#isPoweredOff(restore, target)) {
      return;
    }
    const holder = target?.status?.restoreInProgress;
    if (target && holder !== name && !isSwitched) {
      if (holder === undefined) {
        this.client.changeStatus(R.vm, target, copy => {
          copy.status = { ...copy.status, restoreInProgress: name };
        });
      }
      return;
    }
    const creating = words('True', 'Creating new PVCs', 'Waiting for new PVCs');
    if (!restore.status.restores) {
      this.#say(restore, creating, {
        restores: this.#disks.plan(restore, content),
      });
      return;
    }
    const restores = this.#disks.withDataVolumes(restore, content);
    if (this.#disks.hasOriginals(restore)) {
      // InPlace: the DataVolumes are named before their claims are taken from them
      if (this.#say(restore, creating, { restores })) {
        return;
      }
    }
    if (!this.#disks.areBound(restore, content, target)) {
      this.#say(restore, creating);
      return;
    }
    const updating = words(
      'True',
      'Updating target spec',
      'Waiting for target update',
    );
    // an error that a write was refused with stays until one is not
    const isRefused =
      !isSwitched &&
      conditionOf(restore, 'Progressing')?.status === 'False' &&
      deepEqual(restores, restore.status.restores);
    if (!isRefused && this.#say(restore, updating, { restores })) {
      return;
    }
    this.#update(restore, target, content, isSwitched);
  }

  #update(
    restore: KubeObject,
    target: KubeObject | undefined,
    content: KubeObject,
    isSwitched: boolean,
  ): void {
    const captured = content.spec.source.virtualMachine;
    if (this.#disks.createDataVolumes(restore, content)) {
      return;
    }
    const obsolete = target
      ? this.#disks.obsoleteDataVolumes(restore, target)
      : [];
    if (
      !restore.status.deletedDataVolumes &&
      obsolete.length > 0 &&
      !isSwitched
    ) {
      this.#write(restore, status => {
        status.deletedDataVolumes = obsolete;
      });
      return;
    }
    if (!this.#disks.areFilled(restore)) {
      return;
    }
    if (!isSwitched && this.#state.replace(restore, content)) {
      this.#again(restore);
      return;
    }
    const spec = restoredSpec(captured, restore.status.restores);
    this.#revisions.restore(restore, target, spec);
    if (!target) {
      this.client.create(R.vm, newTarget(restore, captured, spec));
      return;
    }
    if (!isSwitched) {
      this.client.change(R.vm, target, copy => {
        copy.spec = specForExisting(copy, spec);
        copy.metadata.annotations = {
          ...copy.metadata.annotations,
          [LAST_RESTORE]: restoreId(restore),
        };
      });
      return;
    }
    this.#finish(restore, target);
  }

  #finish(restore: KubeObject, target: KubeObject): void {
    if (
      this.#revisions.handOver(target) ||
      this.#disks.handOver(restore, target) ||
      this.#state.cleanUp(restore, target)
    ) {
      this.#again(restore);
      return;
    }
    if (target.status?.restoreInProgress === restore.metadata.name) {
      this.#unlock(target);
      return;
    }
    if (!restore.metadata.ownerReferences?.length) {
      this.client.change(R.restore, restore, copy => {
        copy.metadata.ownerReferences = [controllerReference(target)];
      });
      return;
    }
    this.client.event({
      on: restore,
      type: 'Normal',
      reason: 'VirtualMachineRestoreComplete',
      message: `Successfully completed VirtualMachineRestore ${restore.metadata.name}`,
      component: COMPONENT,
    });
    this.#say(
      restore,
      words('False', 'Operation complete', 'Operation complete', 'True'),
      { complete: true, restoreTime: toKubeTime(this.clock.now()) },
    );
  }

  #again({ metadata }: KubeObject): void {
    this.enqueue(objectKey(metadata.namespace, metadata.name!));
  }

  #unlock(target: KubeObject): void {
    this.client.changeStatus(R.vm, target, copy => {
      delete copy.status.restoreInProgress;
      delete copy.status.memoryDumpRequest;
    });
  }

  /** Looks for an instance and says or does what the policy wants about it. */
  #isPoweredOff(restore: KubeObject, target: KubeObject | undefined): boolean {
    const { namespace } = restore.metadata;
    const { targetReadinessPolicy: policy, target: reference } = restore.spec;
    if (!target || !this.store.get(R.vmi, namespace, reference.name)) {
      return true;
    }
    const wait = (text: string) => {
      this.client.event({
        on: restore,
        type: 'Warning',
        reason: 'RestoreTargetNotReady',
        message:
          policy === 'StopTarget'
            ? STOPPING
            : 'Restore target VMI still exists, please stop the restore target to proceed with restore',
        component: COMPONENT,
      });
      this.#say(restore, words('False', text));
    };
    switch (policy) {
      case 'StopTarget':
        // asked again on every look; while the guest shuts down the refusal is what the status says
        this.#subresources.stop(namespace!, reference.name, ADMIN);
        wait(STOPPING);
        break;
      case 'FailImmediate':
        this.#fail(restore, MUST_BE_OFF);
        break;
      case 'WaitEventually':
        wait(WAITING);
        break;
      default: {
        // no timer: only an event brings this to an end, as on the real thing
        const age =
          this.clock.now() - Date.parse(restore.metadata.creationTimestamp!);
        if (age > GRACE_MS) {
          this.#fail(restore, GRACE_OVER);
        } else {
          wait(`${WAITING}, or the operation will fail after 5m0s`);
        }
      }
    }
    return false;
  }

  #fail(restore: KubeObject, text: string): void {
    this.client.event({
      on: restore,
      type: 'Warning',
      reason: 'Operation failed',
      message: `VirtualMachineRestore failed ${text}`,
      component: COMPONENT,
    });
    this.#write(restore, status => {
      const now = toKubeTime(this.clock.now());
      for (const [type, value] of [
        ['Progressing', 'False'],
        ['Ready', 'False'],
        ['Failure', 'True'],
      ] as const) {
        status.conditions = withCondition(
          status.conditions,
          type,
          value,
          text,
          now,
        );
      }
    });
  }

  #delete(restore: KubeObject, target: KubeObject | undefined): void {
    if (target && target.status?.restoreInProgress === restore.metadata.name) {
      this.#unlock(target);
      return;
    }
    const said = this.#say(restore, words('False', 'VM restore is deleting'));
    if (!said && restore.metadata.finalizers?.includes(FINALIZER)) {
      this.client.removeFinalizer(R.restore, restore, FINALIZER);
    }
  }

  /** True when something was written. */
  #say(restore: KubeObject, { progressing, ready }: Words, more: object = {}) {
    return this.#write(restore, status => {
      const now = toKubeTime(this.clock.now());
      status.complete ??= false;
      Object.assign(status, more);
      status.conditions = withCondition(
        withCondition(
          status.conditions,
          'Progressing',
          progressing[0],
          progressing[1],
          now,
        ),
        'Ready',
        ready[0],
        ready[1],
        now,
      );
    });
  }

  #write(restore: KubeObject, change: (status: any) => void): boolean {
    const status = deepCopy(restore.status ?? {});
    change(status);
    if (deepEqual(status, restore.status)) {
      return false;
    }
    this.client.changeStatus(R.restore, restore, copy => {
      copy.status = status;
    });
    return true;
  }
}
