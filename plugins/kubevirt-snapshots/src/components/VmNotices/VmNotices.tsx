// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Flex } from '@backstage/ui';
import type {
  VmNotice,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { EntityKey } from '../../api';
import { useRestores } from '../../hooks/restoreQueries';
import { useTexts } from '../../translations';
import { useLongAct } from '../LongActs/context';
import { ClearButton } from '../RestoreList';

const STATUS = {
  'claims-changed': 'danger',
  'needs-attention': 'danger',
  'restore-failed': 'warning',
} as const satisfies Record<VmNotice['code'], 'danger' | 'warning'>;

/** What can be done about a failed restore without looking for it. */
function FailedActions(props: {
  entity: EntityKey;
  vm: VmView;
  restoreName: string;
  onShow: () => void;
}) {
  const { entity, vm, restoreName, onShow } = props;
  const t = useTexts();
  const act = useLongAct();
  const { data } = useRestores(entity);
  const item = data?.items.find(({ name }) => name === restoreName);
  const snapshotName = item?.snapshotName;
  return (
    <Flex gap="2" style={{ flexWrap: 'wrap' }}>
      {snapshotName && (
        <Button
          variant="secondary"
          size="small"
          onPress={() =>
            act({
              kind: 'restore',
              snapshotName,
              choices: item.operation?.restore?.choices,
            })
          }
        >
          {t('restores.retry')}
        </Button>
      )}
      {item?.uid && <ClearButton entity={entity} vmUid={vm.uid} item={item} />}
      <Button variant="tertiary" size="small" onPress={onShow}>
        {t('vmNotice.show')}
      </Button>
    </Flex>
  );
}

/** What one should know about the VM without asking. */
export function VmNotices(props: {
  entity: EntityKey;
  vm: VmView;
  /** Shows the restores of the VM. */
  onShow: () => void;
}) {
  const { entity, vm, onShow } = props;
  const t = useTexts();
  return (
    <>
      {vm.notices.map(({ code, message, restoreName }) => (
        <Alert
          key={`${code}:${restoreName ?? ''}`}
          role="status"
          status={STATUS[code] ?? 'warning'}
          icon
          title={message}
          // Not beside the text: where it is narrow there is no room for both.
          description={
            code === 'restore-failed' && restoreName ? (
              <FailedActions
                entity={entity}
                vm={vm}
                restoreName={restoreName}
                onShow={onShow}
              />
            ) : (
              <Button variant="tertiary" size="small" onPress={onShow}>
                {t('vmNotice.show')}
              </Button>
            )
          }
        />
      ))}
    </>
  );
}
