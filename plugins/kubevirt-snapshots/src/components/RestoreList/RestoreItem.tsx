// SPDX-License-Identifier: Apache-2.0
import { Link, Text } from '@backstage/ui';
import {
  RiCheckboxCircleLine,
  RiErrorWarningLine,
  RiLoader4Line,
  RiQuestionLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type { RestoreHistoryItem } from 'backstage-plugin-kubevirt-snapshots-common';
import type { EntityKey } from '../../api';
import { useTexts } from '../../translations';
import { formatClock } from '../../utils/format';
import { ActionButton } from '../ActionButton';
import { LongProgress } from '../Activity';
import { Moment } from '../Moment';
import { Person } from '../Person';
import { powerText } from '../RestoreDialog';
import { ToneBadge, type Tone } from '../StatusBadge';
import surfaces from '../surfaces.module.css';
import styles from './RestoreList.module.css';
import { ClearButton } from './ClearButton';

const LOOKS = {
  running: { icon: RiLoader4Line, tone: 'info', text: 'restores.running' },
  succeeded: {
    icon: RiCheckboxCircleLine,
    tone: 'success',
    text: 'restores.succeeded',
  },
  failed: {
    icon: RiErrorWarningLine,
    tone: 'danger',
    text: 'restores.failedState',
  },
  unknown: { icon: RiQuestionLine, tone: 'neutral', text: 'restores.unknown' },
} as const satisfies Record<
  RestoreHistoryItem['state'],
  { icon: RemixiconComponentType; tone: Tone; text: string }
>;

/** What a list of restores can ask for. */
export interface RestoreListActions {
  onStop: (item: RestoreHistoryItem) => void;
  onRetry: (item: RestoreHistoryItem) => void;
}

/** How it was to be done, in a line. */
function ChoicesText({ item }: { item: RestoreHistoryItem }) {
  const t = useTexts();
  const choices = item.operation?.restore?.choices;
  if (!choices) {
    return null;
  }
  const words = [
    powerText(t, choices.power),
    choices.startAfterwards
      ? t('restores.choiceStart')
      : t('restores.choiceNoStart'),
    choices.safetySnapshot
      ? t('restores.choiceSafety')
      : t('restores.choiceNoSafety'),
    ...(choices.volumes === 'in-place' ? [t('restores.choiceInPlace')] : []),
  ];
  return <span className={styles.small}>{words.join(' · ')}</span>;
}

/** Where it came from; in the drawer of the snapshot only what isn't ours. */
function Title(props: {
  item: RestoreHistoryItem;
  href?: (snapshot: string) => string;
}) {
  const { item, href } = props;
  const { snapshotName, origin, name } = item;
  if (href && snapshotName) {
    return (
      <Link href={href(snapshotName)} weight="bold" className={styles.name}>
        {snapshotName}
      </Link>
    );
  }
  return href || origin === 'external' ? (
    <Text weight="bold" className={styles.name}>
      {name}
    </Text>
  ) : null;
}

function When({ item }: { item: RestoreHistoryItem }) {
  const t = useTexts();
  const { startedAt, finishedAt } = item;
  return (
    <span className={styles.small}>
      <Moment value={startedAt} />
      {finishedAt &&
        `, ${t('restores.took', {
          time: formatClock(Date.parse(finishedAt) - Date.parse(startedAt)),
        })}`}
    </span>
  );
}

function Buttons(props: {
  entity: EntityKey;
  vmUid: string;
  item: RestoreHistoryItem;
  actions: RestoreListActions;
}) {
  const { entity, vmUid, item, actions } = props;
  const t = useTexts();
  const name = item.snapshotName ?? item.name;
  const failed = item.state === 'failed';
  return (
    <div className={styles.buttons}>
      {item.state === 'running' && (
        <ActionButton
          variant="secondary"
          size="small"
          verdict={item.allowed.stop}
          aria-label={t('restores.stopNamed', { name })}
          onPress={() => actions.onStop(item)}
        >
          {t('restores.stop')}
        </ActionButton>
      )}
      {failed && item.snapshotName && (
        <ActionButton
          variant="secondary"
          size="small"
          verdict={{ allowed: true }}
          aria-label={t('restores.retryNamed', { name })}
          onPress={() => actions.onRetry(item)}
        >
          {t('restores.retry')}
        </ActionButton>
      )}
      {failed && item.uid && (
        <ClearButton entity={entity} vmUid={vmUid} item={item} />
      )}
    </div>
  );
}

/** A restore with what became of it and what can be done about it. */
export function RestoreItem(props: {
  entity: EntityKey;
  vmUid: string;
  item: RestoreHistoryItem;
  /** Address of a snapshot; absent where all are of the same one. */
  snapshotHref?: (snapshot: string) => string;
  actions: RestoreListActions;
}) {
  const { entity, vmUid, item, snapshotHref, actions } = props;
  const t = useTexts();
  const { icon, tone, text } = LOOKS[item.state] ?? LOOKS.unknown;
  return (
    <li className={styles.item}>
      <div className={styles.head}>
        <div className={styles.stack}>
          <Title item={item} href={snapshotHref} />
          <ToneBadge icon={icon} tone={tone}>
            {t(text)}
          </ToneBadge>
          <When item={item} />
        </div>
        <Buttons entity={entity} vmUid={vmUid} item={item} actions={actions} />
      </div>
      {item.state === 'running' && item.operation && (
        <LongProgress operation={item.operation} />
      )}
      {item.message && <p className={surfaces.problem}>{item.message}</p>}
      {item.reason && (
        <p className={styles.text}>
          {t('restores.because', { text: item.reason })}
        </p>
      )}
      <ChoicesText item={item} />
      {item.actor ? (
        <Person entityRef={item.actor} />
      ) : (
        item.origin === 'external' && (
          <span className={styles.small}>{t('restores.external')}</span>
        )
      )}
    </li>
  );
}
