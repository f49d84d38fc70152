// SPDX-License-Identifier: Apache-2.0
import { Alert, Text } from '@backstage/ui';
import type {
  OperationView,
  RestoreHistoryItem,
  RestoreProgress,
  Verdict,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useRef, useState } from 'react';
import type { EntityKey } from '../../api';
import { useAct } from '../../hooks/queries';
import { useRestores } from '../../hooks/restoreQueries';
import { useTexts } from '../../translations';
import { newOperationId } from '../../utils/operationId';
import { ConfirmDialog } from '../ConfirmDialog';

type Effect = NonNullable<RestoreProgress['stop']>['effect'];

const EFFECT_TEXTS = {
  safe: 'stopRestore.safe',
  'leaves-claims': 'stopRestore.leavesClaims',
  'too-late': 'stopRestore.tooLate',
} as const satisfies Record<Effect, string>;

/** What stopping it would mean at this step. */
function useMeaning(item: RestoreHistoryItem | undefined) {
  const stop = item?.operation?.restore?.stop;
  const first = useRef(stop?.effect);
  first.current ??= stop?.effect;
  return {
    effect: stop?.effect,
    message: stop?.message,
    moved: first.current !== undefined && stop?.effect !== first.current,
  };
}

/** Says what stopping a restore means at this step, and asks once. */
export function StopRestoreDialog(props: {
  entity: EntityKey;
  vm: VmView;
  restoreName: string;
  onClose: () => void;
  onAccepted: (operation: OperationView) => void;
}) {
  const { entity, vm, restoreName, onClose, onAccepted } = props;
  const t = useTexts();
  const [operationId] = useState(newOperationId);
  const { data } = useRestores(entity);
  const item = data?.items.find(({ name }) => name === restoreName);
  const { effect, message, moved } = useMeaning(item);
  const stop = useAct(entity, operationId, api =>
    api.stopRestore(entity, restoreName, {
      operationId,
      vmUid: vm.uid,
      restoreUid: item?.uid,
    }),
  );
  const awaited: Verdict = {
    allowed: false,
    code: 'vm-busy',
    reason: t('activity.loading'),
  };
  return (
    <ConfirmDialog
      title={t('stopRestore.title', { vm: vm.ref.name })}
      text={effect ? t(EFFECT_TEXTS[effect]) : ''}
      submit={t('stopRestore.submit')}
      verdict={item?.allowed.stop ?? awaited}
      pending={stop.isPending}
      error={stop.error}
      onClose={onClose}
      onSubmit={() => stop.mutate(undefined, { onSuccess: onAccepted })}
    >
      {message && <Text as="p">{message}</Text>}
      {moved && (
        <Alert
          role="alert"
          status="warning"
          icon
          title={t('stopRestore.moved')}
        />
      )}
    </ConfirmDialog>
  );
}
