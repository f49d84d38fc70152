// SPDX-License-Identifier: Apache-2.0
import type { ConfigurationLine, Verdict } from './api';
import type { CapturedDiskView, CopyStop, ReviewNote } from './clones';

/**
 * Which API a cluster has for templates: `template.kubevirt.io` (KubeVirt 1.9
 * and later), or OpenShift's `template.openshift.io`.
 *
 * @public
 */
export type TemplateApi = 'kubevirt' | 'openshift';

/**
 * Longest name of a template. The names of its disks are made of it.
 *
 * @public
 */
export const MAX_TEMPLATE_NAME_LENGTH = 50;

/**
 * Most parameters that a person may add.
 *
 * @public
 */
export const MAX_TEMPLATE_PARAMETERS = 30;

/**
 * Parameter that every template has: name of the VM made from it.
 *
 * @public
 */
export const TEMPLATE_NAME_PARAMETER = 'NAME';

/**
 * Why a snapshot can't become a template at all; see `CloneProblemCode` for
 * those that have the same name.
 *
 * - `no-template-api`: the cluster has no API for templates
 * - `no-data-volumes`: it has no CDI, which fills the template's disks
 * - `placeholder-text`: the captured configuration holds text of the form
 *   `${…}`, which a template would take for a parameter
 *
 * @public
 */
export type TemplateProblemCode =
  | 'snapshot-not-ready'
  | 'snapshot-partial'
  | 'content-missing'
  | 'no-template-api'
  | 'no-data-volumes'
  | 'placeholder-text';

/**
 * What one should know before others make VMs from the template.
 *
 * - `not-generalised`: the guest is as it was: host name, machine id, SSH host
 *   keys, Windows SID, agents' registrations
 * - `secrets`: keys, tokens and passwords inside the disks travel along
 * - `static-address`: addresses set inside the guest are in every VM
 * - `former-vm`: the snapshot is of a former VM of this name
 *
 * @public
 */
export type TemplateWarningCode =
  | 'not-generalised'
  | 'secrets'
  | 'static-address'
  | 'former-vm';

/**
 * What of the captured configuration doesn't get into the template.
 *
 * - `mac-address`, `firmware-uuid`, `firmware-serial`: identity
 * - `tpm-state`, `efi-state`: each VM begins with an empty one
 * - `host-name`: unless it becomes a parameter
 * - `access-credentials`: users and keys that KubeVirt would inject
 * - `user-data`: see {@link TemplateUserData}
 * - `volume`: a volume that only that VM can use
 * - `key`: labels and annotations of tools and of this plugin
 *
 * @public
 */
export type TemplateDropCode =
  | 'mac-address'
  | 'firmware-uuid'
  | 'firmware-serial'
  | 'tpm-state'
  | 'efi-state'
  | 'host-name'
  | 'access-credentials'
  | 'user-data'
  | 'volume'
  | 'key';

/**
 * A volume with data for the guest's first boot. Its content is never shown
 * and never copied into a template.
 *
 * @public
 */
export interface TemplateUserData {
  /** Volume name in the captured configuration. */
  volume: string;
  /** e.g. `cloudInitNoCloud`, `sysprep`. */
  kind: string;
  /** What may be done with it; `drop` is what happens when one says nothing. */
  actions: TemplateUserDataAction[];
  /** Name of the Secret that it refers to, where it holds no data itself. */
  secretName?: string;
}

/**
 * - `drop`: VMs made from the template have no such volume
 * - `parameter`: whoever makes a VM gives the data as a parameter
 * - `secret`: it refers to a Secret of the namespace, by a name that the
 *   person confirms
 *
 * @public
 */
export type TemplateUserDataAction = 'drop' | 'parameter' | 'secret';

/**
 * A place in the configuration that may become a parameter.
 *
 * @public
 */
export interface TemplateSlot {
  /** e.g. `memory`, `host-name`, `instancetype`, `network:default`. */
  slot: string;
  /** For people, e.g. `Memory`. */
  label: string;
  /** Proposed name of the parameter. */
  name: string;
  /** The captured value, which becomes the parameter's default. */
  value?: string;
  /** What the value has to look like. */
  pattern?: string;
}

/**
 * Answer of `GET …/snapshots/{name}/template`: what Create VM template would
 * do. Costs the cluster one read of the captured content.
 *
 * @public
 */
export interface TemplateReview {
  snapshotName: string;
  snapshotUid: string;
  vmUid: string;
  /** RFC 3339 */
  createdAt: string;
  /** Whether the person may do it now. */
  verdict: Verdict;
  problems: ReviewNote<TemplateProblemCode>[];
  warnings: ReviewNote<TemplateWarningCode>[];
  /** What doesn't get into it. */
  dropped: ReviewNote<TemplateDropCode>[];
  api?: TemplateApi;
  /** Free now, as far as the portal knows. */
  suggestedName: string;
  /** Each is copied to a disk of the template, by a DataVolume. */
  disks: CapturedDiskView[];
  configuration: ConfigurationLine[];
  userData: TemplateUserData[];
  slots: TemplateSlot[];
  /** Goes into the request, which is refused when the plan has changed. */
  planHash: string;
}

/**
 * A parameter that the person wants.
 *
 * @public
 */
export interface TemplateParameter {
  /** One of the review's slots. */
  slot: string;
  /** `A-Z`, `0-9` and `_`, not beginning with a digit, at most 63. */
  name: string;
  displayName?: string;
  description?: string;
  /** The default; the captured value when absent. */
  value?: string;
  /** Whoever makes a VM has to give a value. */
  required?: boolean;
}

/**
 * What becomes of a volume with data for the first boot.
 *
 * @public
 */
export interface TemplateUserDataChoice {
  volume: string;
  action: TemplateUserDataAction;
  /** With `parameter`: its name. */
  parameterName?: string;
  /** With `secret`: the Secret of the namespace, as the person confirmed it. */
  secretName?: string;
}

/**
 * Body of `POST …/snapshots/{name}/template`.
 *
 * @public
 */
export interface TemplateRequest {
  /** UUID made by the client; a repeat gets the same answer. */
  operationId: string;
  /** From the review. */
  vmUid: string;
  snapshotUid: string;
  planHash: string;
  /** See {@link checkTemplateName}. */
  name: string;
  description?: string;
  parameters?: TemplateParameter[];
  /** Volumes that aren't named are dropped. */
  userData?: TemplateUserDataChoice[];
  /**
   * Has to be true: the person has read that the guest isn't generalised and
   * that what is secret in its disks travels along.
   */
  notGeneralisedAcknowledged: boolean;
}

/**
 * Steps of an operation that makes a template.
 *
 * - `disks`: a DataVolume for each captured disk
 * - `fill`: they are filled
 * - `template`: the template itself
 * - `hand-over`: it gets to own its disks
 * - `undo`: it has failed, and what it had made is removed
 *
 * @public
 */
export type TemplateStepId =
  | 'disks'
  | 'fill'
  | 'template'
  | 'hand-over'
  | 'undo';

/**
 * What an operation of type `template` has made, as far as it got.
 *
 * @public
 */
export interface TemplateResult {
  cluster: string;
  namespace: string;
  name: string;
  api: TemplateApi;
  /** Absent until it is in the cluster. */
  uid?: string;
  /** Names of the DataVolumes that hold its disks. */
  dataVolumes: string[];
  /** What stopping it means at this step, while it runs. */
  stop?: CopyStop;
}
