// SPDX-License-Identifier: Apache-2.0
import type { RestoreChoices } from 'backstage-plugin-kubevirt-snapshots-common';

/** What was accepted of a restore: the choices and what the plan had told. */
export interface RestoreWanted extends RestoreChoices {
  /** `None`: the captured claims weren't the VM's, nor will the restored be. */
  ownership: 'Vm' | 'None';
  /** Fixed names of the new claims, where the VM's manifest is kept elsewhere. */
  names?: { volume: string; claim: string }[];
  /** Volumes of the VM that are replaced, which the safety snapshot has to hold. */
  replaces: string[];
  /** Failed restores that stand in the way. */
  clears: { name: string; uid: string }[];
  /** The VM had an instance when it was accepted. */
  wasRunning: boolean;
  runStrategy?: string;
}
