// SPDX-License-Identifier: Apache-2.0
import type {
  OperationView,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useCallback, useState, type ReactNode } from 'react';
import type { EntityKey } from '../../api';
import { CloneDialog } from '../CloneDialog';
import { DeleteClaimDialog } from '../LeftOverClaims';
import { useTrackOperation } from '../Operations';
import { StopVmDialog } from '../PowerButton';
import { RestoreDialog } from '../RestoreDialog';
import { StopCopyDialog } from '../StopCopyDialog';
import { StopRestoreDialog } from '../StopRestoreDialog';
import { TemplateDialog } from '../TemplateDialog';
import { LongActsContext, LongActsVmContext, type LongAct } from './context';

function ActDialog(props: {
  entity: EntityKey;
  vm: VmView;
  act: LongAct;
  onAct: (act: LongAct | undefined) => void;
}) {
  const { entity, vm, act, onAct } = props;
  const track = useTrackOperation();
  const common = {
    entity,
    vm,
    onClose: () => onAct(undefined),
    onAccepted: (operation: OperationView) => {
      track(operation);
      onAct(undefined);
    },
  };
  switch (act.kind) {
    case 'restore':
      return (
        <RestoreDialog
          {...common}
          snapshotName={act.snapshotName}
          choices={act.choices}
          onCreateVm={() =>
            onAct({ kind: 'clone', snapshotName: act.snapshotName })
          }
        />
      );
    case 'clone':
      return <CloneDialog {...common} snapshotName={act.snapshotName} />;
    case 'template':
      return <TemplateDialog {...common} snapshotName={act.snapshotName} />;
    case 'stop-restore':
      return <StopRestoreDialog {...common} restoreName={act.restoreName} />;
    case 'stop-copy':
      return <StopCopyDialog {...common} operation={act.operation} />;
    case 'delete-claim':
      return <DeleteClaimDialog {...common} claim={act.claim} />;
    default:
      return <StopVmDialog {...common} />;
  }
}

/** Holds the one dialog that is open, over whatever opened it. */
export function LongActs(props: {
  entity: EntityKey;
  vm: VmView;
  children: ReactNode;
}) {
  const { entity, vm, children } = props;
  const [act, setAct] = useState<LongAct>();
  const open = useCallback((next: LongAct) => setAct(next), []);
  return (
    <LongActsContext.Provider value={open}>
      <LongActsVmContext.Provider value={vm}>
        {children}
      </LongActsVmContext.Provider>
      {act && (
        <ActDialog
          // Another act is another form.
          key={JSON.stringify(act)}
          entity={entity}
          vm={vm}
          act={act}
          onAct={setAct}
        />
      )}
    </LongActsContext.Provider>
  );
}
