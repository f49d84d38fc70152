// SPDX-License-Identifier: Apache-2.0
import { Button, DialogTrigger, Popover, VisuallyHidden } from '@backstage/ui';
import { RiLoader4Line } from '@remixicon/react';
import type {
  OperationView,
  VmBusy,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useId, useState, type ReactNode } from 'react';
import type { EntityKey } from '../../api';
import { useTexts } from '../../translations';
import { useLongAct } from '../LongActs/context';
import { ToneBadge } from '../StatusBadge';
import styles from './Activity.module.css';
import { OperationDetails, RestoreDetails } from './ActivityDetails';
import { activityText } from './LongProgress';

function DetailsButton(props: {
  text: string;
  /** The content, and how to close what it is in. */
  children: (close: () => void) => ReactNode;
}) {
  const { text, children } = props;
  const t = useTexts();
  const [open, setOpen] = useState(false);
  const labelId = useId();
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <Button
        className={styles.button}
        variant="tertiary"
        size="small"
        aria-label={t('activity.details', { activity: text })}
      >
        <ToneBadge icon={RiLoader4Line} tone="info">
          {text}
        </ToneBadge>
      </Button>
      {/* Without one of its own it is named after the button. */}
      <Popover aria-labelledby={labelId} placement="bottom start">
        <VisuallyHidden id={labelId}>
          {t('activity.label', { activity: text })}
        </VisuallyHidden>
        {children(() => setOpen(false))}
      </Popover>
    </DialogTrigger>
  );
}

/** Something of ours that takes long, with more about it on demand. */
export function OperationButton(props: {
  entity: EntityKey;
  operation: OperationView;
  onStopRestore: (restoreName: string) => void;
}) {
  const { entity, operation, onStopRestore } = props;
  const t = useTexts();
  const act = useLongAct();
  return (
    <DetailsButton text={activityText(t, operation)}>
      {close =>
        operation.type === 'restore' ? (
          <RestoreDetails
            entity={entity}
            name={operation.restore?.name ?? ''}
            operationId={operation.id}
            onStop={name => {
              close();
              onStopRestore(name);
            }}
          />
        ) : (
          <OperationDetails
            entity={entity}
            operation={operation}
            onStop={stopped => {
              close();
              act({ kind: 'stop-copy', operation: stopped });
            }}
          />
        )
      }
    </DetailsButton>
  );
}

/** A restore by what keeps the VM busy, which may be somebody else's. */
export function BusyRestoreButton(props: {
  entity: EntityKey;
  busy: VmBusy;
  onStopRestore: (restoreName: string) => void;
}) {
  const { entity, busy, onStopRestore } = props;
  const t = useTexts();
  const text = busy.operationId
    ? t('activity.restore')
    : t('vm.busyRestore', { name: busy.name });
  return (
    <DetailsButton text={text}>
      {close => (
        <RestoreDetails
          entity={entity}
          name={busy.name}
          operationId={busy.operationId}
          onStop={name => {
            close();
            onStopRestore(name);
          }}
        />
      )}
    </DetailsButton>
  );
}
