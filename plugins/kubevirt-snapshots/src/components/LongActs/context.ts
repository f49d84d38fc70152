// SPDX-License-Identifier: Apache-2.0
import type {
  LeftOverClaim,
  OperationView,
  RestoreChoices,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { createContext, useContext } from 'react';

/** What can be asked for from anywhere on the tab. */
export type LongAct =
  | { kind: 'restore'; snapshotName: string; choices?: RestoreChoices }
  | { kind: 'clone' | 'template'; snapshotName: string }
  | { kind: 'stop-restore'; restoreName: string }
  | { kind: 'stop-copy'; operation: OperationView }
  | { kind: 'delete-claim'; claim: LeftOverClaim }
  | { kind: 'stop-vm' };

/** Opens the dialog for an act. Apart from the dialogs, which may open others. */
export const LongActsContext = createContext<(act: LongAct) => void>(() => {});

/** Opens the dialog for something that takes time. */
export function useLongAct() {
  return useContext(LongActsContext);
}

/** The VM that the acts are on. */
export const LongActsVmContext = createContext<VmView | undefined>(undefined);

/** The VM that the acts are on, with what the person may do to it. */
export function useLongActVm() {
  return useContext(LongActsVmContext);
}
