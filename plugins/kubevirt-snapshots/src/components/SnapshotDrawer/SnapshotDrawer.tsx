// SPDX-License-Identifier: Apache-2.0
import {
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Flex,
  Skeleton,
  Text,
  VisuallyHidden,
} from '@backstage/ui';
import {
  isUnfinished,
  type SnapshotDetails,
  type SnapshotItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure, type EntityKey } from '../../api';
import { useSnapshotDetails } from '../../hooks/queries';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import { ErrorState } from '../ErrorState';
import type { RowAction } from '../SnapshotRowMenu';
import surfaces from '../surfaces.module.css';
import { ConditionsSection, IndicationsSection } from './ConditionsSection';
import { DisksSection } from './DisksSection';
import {
  ConfigurationSection,
  IdentifiersSection,
  UsesSection,
} from './OtherSections';
import { OverviewSection } from './OverviewSection';
import { ProtectionSection } from './ProtectionSection';
import { RestoresSection } from './RestoresSection';
import styles from '../Drawer/Drawer.module.css';

/** Props of {@link SnapshotDrawer}. */
export interface SnapshotDrawerProps {
  entity: EntityKey;
  name: string;
  onClose: () => void;
  onAction: (action: RowAction, item: SnapshotItem) => void;
}

function Loading() {
  const t = useTexts();
  return (
    <div role="status" aria-busy="true">
      <VisuallyHidden>{t('drawer.loading')}</VisuallyHidden>
      <Flex direction="column" gap="3">
        {[60, 90, 75, 90].map((width, index) => (
          <Skeleton key={index} width={`${width}%`} height={20} />
        ))}
      </Flex>
    </div>
  );
}

function Content(props: {
  entity: EntityKey;
  details: SnapshotDetails;
  onAction: SnapshotDrawerProps['onAction'];
}) {
  const { entity, details, onAction } = props;
  return (
    <>
      <OverviewSection details={details} />
      <ProtectionSection
        item={details.item}
        onAction={action => onAction(action, details.item)}
      />
      <DisksSection disks={details.disks} />
      <ConfigurationSection lines={details.configuration} />
      <RestoresSection
        entity={entity}
        vmUid={details.vm.uid}
        name={details.item.name}
      />
      <UsesSection uses={details.uses} />
      <ConditionsSection conditions={details.conditions} />
      <IndicationsSection indications={details.indications} />
      <IdentifiersSection details={details} />
    </>
  );
}

function Actions(props: {
  item: SnapshotItem;
  onAction: SnapshotDrawerProps['onAction'];
}) {
  const { item, onAction } = props;
  const t = useTexts();
  return (
    <DialogFooter className={styles.footer}>
      {isUnfinished(item.state) && (
        <ActionButton
          variant="secondary"
          verdict={item.allowed.stop}
          onPress={() => onAction('stop', item)}
        >
          {t('menu.stop')}
        </ActionButton>
      )}
      {item.allowed.template && (
        <ActionButton
          variant="secondary"
          verdict={item.allowed.template}
          onPress={() => onAction('template', item)}
        >
          {t('menu.template')}
        </ActionButton>
      )}
      {item.allowed.clone && (
        <ActionButton
          variant="secondary"
          verdict={item.allowed.clone}
          onPress={() => onAction('clone', item)}
        >
          {t('menu.clone')}
        </ActionButton>
      )}
      <ActionButton
        variant="secondary"
        verdict={item.allowed.restore}
        onPress={() => onAction('restore', item)}
      >
        {t('menu.restore')}
      </ActionButton>
      <ActionButton
        variant="secondary"
        verdict={item.allowed.delete}
        onPress={() => onAction('delete', item)}
      >
        {t('menu.delete')}
      </ActionButton>
    </DialogFooter>
  );
}

/** Everything about one snapshot, at the side of the list. */
export function SnapshotDrawer(props: SnapshotDrawerProps) {
  const { entity, name, onClose, onAction } = props;
  const t = useTexts();
  const { data, error, refetch } = useSnapshotDetails(entity, name);
  const gone = error && apiFailure(error).status === 404;
  const details = gone ? undefined : data;

  const body = () => {
    if (details) {
      return <Content entity={entity} details={details} onAction={onAction} />;
    }
    if (gone) {
      return <Text as="p">{t('drawer.gone', { name })}</Text>;
    }
    return error ? <ErrorState error={error} onRetry={refetch} /> : <Loading />;
  };

  return (
    <Dialog
      isOpen
      isDismissable
      onOpenChange={open => !open && onClose()}
      className={`${surfaces.dialog} ${styles.drawer}`}
    >
      <DialogHeader>{t('drawer.title', { name })}</DialogHeader>
      <DialogBody>
        <div className={styles.body}>{body()}</div>
      </DialogBody>
      {details && <Actions item={details.item} onAction={onAction} />}
    </Dialog>
  );
}
