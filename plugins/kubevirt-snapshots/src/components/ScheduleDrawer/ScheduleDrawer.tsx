// SPDX-License-Identifier: Apache-2.0
import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Skeleton,
  Text,
  VisuallyHidden,
} from '@backstage/ui';
import {
  RETENTION_FIELDS,
  removesSnapshots,
  type ScheduleDetails,
  type ScheduledItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure, revokesView, type EntityKey } from '../../api';
import { useSchedule } from '../../hooks/scheduleQueries';
import { useRuleText } from '../../hooks/useRuleText';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import { Fact, Facts, Section } from '../Drawer';
import drawer from '../Drawer/Drawer.module.css';
import { ErrorState } from '../ErrorState';
import { Moment } from '../Moment';
import { Person } from '../Person';
import { PlanLists } from '../ScheduleForm';
import { ScheduleStatus, type ScheduleAction } from '../ScheduleRow';
import surfaces from '../surfaces.module.css';
import { RunsSection } from './RunsSection';
import styles from './ScheduleDrawer.module.css';

const KEPT_LABELS = {
  keepLast: 'schedule.keepLast',
  maxAgeDays: 'schedule.maxAgeDays',
  daily: 'schedule.perDay',
  weekly: 'schedule.perWeek',
  monthly: 'schedule.perMonth',
  yearly: 'schedule.perYear',
} as const;

function Overview({ item }: { item: ScheduledItem }) {
  const t = useTexts();
  const { text, clock } = useRuleText()(item.rule);
  const minutes = item.catchUpMinutes;
  const catchUp = () => {
    if (minutes === undefined) {
      return t('schedulePage.catchUpDefault');
    }
    return minutes === 0
      ? t('schedulePage.never')
      : t('schedulePage.minutes', { count: minutes });
  };
  return (
    <Section title={t('schedulePage.overview')}>
      {item.description && <p className={drawer.text}>{item.description}</p>}
      <Facts>
        <Fact label={t('schedulePage.state')}>
          <ScheduleStatus item={item} />
        </Fact>
        <Fact label={t('schedulePage.next')}>
          {item.nextRunAt ? (
            <Moment value={item.nextRunAt} />
          ) : (
            t('schedulePage.none')
          )}
        </Fact>
        <Fact label={t('schedulePage.rule')}>
          {text}
          <Text as="p" color="secondary" variant="body-small">
            {clock}
          </Text>
        </Fact>
        <Fact label={t('schedulePage.zone')}>{item.timeZone}</Fact>
        <Fact label={t('schedulePage.begins')}>
          {item.startAt && <Moment value={item.startAt} />}
        </Fact>
        <Fact label={t('schedulePage.ends')}>
          {item.endAt && <Moment value={item.endAt} />}
        </Fact>
        <Fact label={t('schedule.atPerson')}>
          <Person entityRef={item.author} />
        </Fact>
        <Fact label={t('schedulePage.made')}>
          <Person entityRef={item.createdBy} />{' '}
          <Moment value={item.createdAt} />
        </Fact>
        <Fact label={t('schedulePage.overlap')}>
          {t(
            item.overlap === 'skip'
              ? 'schedule.overlapSkip'
              : 'schedule.overlapWait',
          )}
        </Fact>
        <Fact label={t('schedulePage.catchUp')}>{catchUp()}</Fact>
      </Facts>
    </Section>
  );
}

function Retention({ item }: { item: ScheduledItem }) {
  const t = useTexts();
  return (
    <Section title={t('schedulePage.retention')}>
      {removesSnapshots(item.retention) ? (
        <Facts>
          {RETENTION_FIELDS.map(field => (
            <Fact key={field} label={t(KEPT_LABELS[field])}>
              {item.retention[field] && String(item.retention[field])}
            </Fact>
          ))}
        </Facts>
      ) : (
        <Text as="p">{t('schedulePage.keepsAll')}</Text>
      )}
      <Text as="p" variant="body-small" color="secondary">
        {t('schedule.safe')}
      </Text>
    </Section>
  );
}

function Owned({ details }: { details: ScheduleDetails }) {
  const t = useTexts();
  const { plan } = details;
  return (
    <Section title={t('schedulePage.owned')}>
      {plan.snapshots.length === 0 ? (
        <Text as="p">{t('schedulePage.ownedNone')}</Text>
      ) : (
        <PlanLists plan={plan} />
      )}
    </Section>
  );
}

function Actions(props: {
  item: ScheduledItem;
  onAction: (action: ScheduleAction, item: ScheduledItem) => void;
}) {
  const { item, onAction } = props;
  const t = useTexts();
  const { allowed } = item;
  const resumable = item.state === 'paused' || item.state === 'suspended';
  const actions: Exclude<ScheduleAction, 'details'>[] = [
    'delete',
    ...(allowed.adopt.allowed ? (['adopt'] as const) : []),
    resumable ? 'resume' : 'pause',
    'edit',
    'runNow',
  ];
  const verdicts = { ...allowed, edit: allowed.update };
  return (
    <DialogFooter>
      <div className={styles.actions}>
        {actions.map(action => (
          <ActionButton
            key={action}
            variant="secondary"
            verdict={verdicts[action]}
            onPress={() => onAction(action, item)}
          >
            {t(`scheduleMenu.${action}` as const)}
          </ActionButton>
        ))}
      </div>
    </DialogFooter>
  );
}

/** The page of a schedule, at the side of the list. */
export function ScheduleDrawer(props: {
  entity: EntityKey;
  id: string;
  /** The row, for its name while the rest is on its way. */
  row?: ScheduledItem;
  page: number;
  onPage: (page: number) => void;
  onClose: () => void;
  onAction: (action: ScheduleAction, item: ScheduledItem) => void;
  snapshotHref: (name: string) => string;
}) {
  const { entity, id, row, page, onPage, onClose, onAction } = props;
  const t = useTexts();
  const { data, error, refetch } = useSchedule(entity, id, page);
  const gone = error && apiFailure(error).status === 404;
  const details =
    gone || (error && revokesView(error)) || data?.schedule.id !== id
      ? undefined
      : data;

  const body = () => {
    if (details) {
      return (
        <>
          {error && (
            <Alert
              role="status"
              status="warning"
              icon
              title={t('notice.refreshFailed', {
                message: apiFailure(error).message,
              })}
              customActions={
                <Button
                  variant="secondary"
                  size="small"
                  onPress={() => refetch()}
                >
                  {t('notice.retry')}
                </Button>
              }
            />
          )}
          <Overview item={details.schedule} />
          <RunsSection
            details={details}
            page={page}
            onPage={onPage}
            snapshotHref={props.snapshotHref}
          />
          <Retention item={details.schedule} />
          <Owned details={details} />
        </>
      );
    }
    if (gone) {
      return <Text as="p">{t('schedulePage.gone')}</Text>;
    }
    return error ? (
      <ErrorState error={error} onRetry={refetch} />
    ) : (
      <div role="status" aria-busy="true">
        <VisuallyHidden>{t('schedulePage.loading')}</VisuallyHidden>
        <Skeleton width="100%" height={200} />
      </div>
    );
  };

  return (
    <Dialog
      isOpen
      isDismissable
      onOpenChange={open => !open && onClose()}
      className={`${surfaces.dialog} ${drawer.drawer}`}
    >
      <DialogHeader>
        {t('schedulePage.title', {
          name: details?.schedule.name ?? row?.name ?? '',
        })}
      </DialogHeader>
      <DialogBody>
        <div className={drawer.body}>{body()}</div>
      </DialogBody>
      {details && <Actions item={details.schedule} onAction={onAction} />}
    </Dialog>
  );
}
