// SPDX-License-Identifier: Apache-2.0
import { Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import type {
  OperationView,
  RestoreHistoryItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { EntityKey } from '../../api';
import { useOperation, useRestores } from '../../hooks/restoreQueries';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import { useLongActVm } from '../LongActs/context';
import { Moment } from '../Moment';
import { PersonName } from '../Person';
import { stopVerdict } from '../StopCopyDialog/stopVerdict';
import styles from './Activity.module.css';
import { LongProgress } from './LongProgress';

function Loading() {
  const t = useTexts();
  return (
    <div role="status" aria-busy="true">
      <VisuallyHidden>{t('activity.loading')}</VisuallyHidden>
      <Skeleton width={200} height={80} />
    </div>
  );
}

function Origin(props: { snapshotName?: string; actor?: string }) {
  const { snapshotName, actor } = props;
  const t = useTexts();
  return (
    <div>
      {snapshotName && (
        <Text as="p">{t('activity.from', { name: snapshotName })}</Text>
      )}
      <Text as="p" color="secondary">
        {actor
          ? t('activity.by', { person: <PersonName entityRef={actor} /> })
          : t('activity.external')}
      </Text>
    </div>
  );
}

function RestoreBody(props: { item: RestoreHistoryItem; onStop: () => void }) {
  const { item, onStop } = props;
  const t = useTexts();
  return (
    <>
      <Origin snapshotName={item.snapshotName} actor={item.actor} />
      {item.operation ? (
        <LongProgress operation={item.operation} />
      ) : (
        <Moment value={item.startedAt} />
      )}
      {item.message && <Text as="p">{item.message}</Text>}
      {item.state === 'running' && (
        <ActionButton
          variant="secondary"
          size="small"
          verdict={item.allowed.stop}
          onPress={onStop}
        >
          {t('restores.stop')}
        </ActionButton>
      )}
    </>
  );
}

/** How far a restore is, with the way to stop it. */
export function RestoreDetails(props: {
  entity: EntityKey;
  /** Of the VirtualMachineRestore, or of the operation. */
  name: string;
  operationId?: string;
  onStop: (restoreName: string) => void;
}) {
  const { entity, name, operationId, onStop } = props;
  const t = useTexts();
  const { data, error } = useRestores(entity);
  const item = data?.items.find(
    one =>
      one.name === name ||
      (operationId !== undefined && one.operation?.id === operationId),
  );
  if (item) {
    return (
      <div className={styles.details}>
        <RestoreBody item={item} onStop={() => onStop(item.name)} />
      </div>
    );
  }
  if (!data) {
    return error ? <Text as="p">{t('activity.failed')}</Text> : <Loading />;
  }
  return <Text as="p">{t('activity.gone')}</Text>;
}

/** How far another operation is. */
export function OperationDetails(props: {
  entity: EntityKey;
  operation: OperationView;
  onStop: (operation: OperationView) => void;
}) {
  const { entity, operation, onStop } = props;
  const t = useTexts();
  const vm = useLongActVm();
  const { data = operation } = useOperation(entity, operation.id);
  const verdict = vm && stopVerdict(data, vm);
  return (
    <div className={styles.details}>
      <Origin snapshotName={data.snapshotName} actor={data.actor} />
      <LongProgress operation={data} />
      {verdict && (
        <ActionButton
          variant="secondary"
          size="small"
          verdict={verdict}
          onPress={() => onStop(data)}
        >
          {data.type === 'clone'
            ? t('stopCopy.cloneButton')
            : t('stopCopy.templateButton')}
        </ActionButton>
      )}
    </div>
  );
}
