// SPDX-License-Identifier: Apache-2.0
import {
  Accordion,
  AccordionPanel,
  AccordionTrigger,
  Button,
  Card,
  CardBody,
  Link,
  Text,
} from '@backstage/ui';
import LinearProgress from '@material-ui/core/LinearProgress';
import { useEffect, useId, useRef } from 'react';
import { useTabHref } from '../../hooks/useTabHref';
import { useTexts } from '../../translations';
import { useAnnounce } from '../Announcer';
import { ToneBadge } from '../StatusBadge';
import type { BulkItem, BulkState } from './BulkRun';
import styles from './FleetBulk.module.css';
import { BULK_LOOKS, BULK_STATES } from './looks';
import { useBulk, type BulkKind, type CurrentBulk } from './useBulk';

function count(items: readonly BulkItem[], ...states: BulkState[]): number {
  return items.filter(({ state }) => states.includes(state)).length;
}

function Outcome({ item, kind }: { item: BulkItem; kind: BulkKind }) {
  const t = useTexts();
  const tabHref = useTabHref();
  const { vm, name, state, reason, accepted } = item;
  const { icon, tone } = BULK_LOOKS[state];
  // Without an answer there are no words of the backend to show.
  const why =
    state === 'unknown' && !accepted ? t('form.networkFailed') : reason;
  return (
    <li className={styles.outcome}>
      <span className={styles.text}>
        <Text weight="bold">{vm.ref.name}</Text>{' '}
        <span className={styles.secondary}>
          {t('fleet.placeText', { ...vm.ref })}
        </span>
      </span>
      <ToneBadge icon={icon} tone={tone}>
        {t(`bulk.state.${state}` as const)}
      </ToneBadge>
      {accepted && vm.entityRef && (
        <Link
          className={styles.text}
          href={
            kind === 'take'
              ? tabHref(vm.entityRef, name)
              : tabHref(vm.entityRef, undefined, 'scheduled')
          }
        >
          {name}
        </Link>
      )}
      {why && <span className={styles.text}>{why}</span>}
    </li>
  );
}

/** How many are in each state, in words. */
function useSummary(items: readonly BulkItem[]): string {
  const t = useTexts();
  return BULK_STATES.map(state => ({ state, number: count(items, state) }))
    .filter(({ number }) => number > 0)
    .map(({ state, number }) =>
      t('bulk.stateCount', {
        number: String(number),
        state: t(`bulk.state.${state}` as const),
      }),
    )
    .join(' · ');
}

function Buttons({ current }: { current: CurrentBulk }) {
  const t = useTexts();
  const { dismiss } = useBulk();
  const { run, snapshot } = current;
  const { items, active } = snapshot;
  const again = count(items, 'failed', 'unknown', 'cancelled');
  if (active) {
    return count(items, 'waiting') > 0 ? (
      <Button variant="secondary" size="small" onPress={() => run.cancel()}>
        {t('bulk.cancel')}
      </Button>
    ) : null;
  }
  return (
    <>
      {again > 0 && (
        <Button variant="secondary" size="small" onPress={() => run.retry()}>
          {t('bulk.retry', { count: again })}
        </Button>
      )}
      <Button variant="tertiary" size="small" onPress={dismiss}>
        {t('bulk.dismiss')}
      </Button>
    </>
  );
}

function Panel({ current }: { current: CurrentBulk }) {
  const t = useTexts();
  const announce = useAnnounce();
  const titleId = useId();
  const panel = useRef<HTMLElement>(null);
  const { items, active, cancelled } = current.snapshot;
  const summary = useSummary(items);
  const over = items.length - count(items, 'waiting', 'sending', 'running');
  const title = t(`bulk.${current.kind}Panel` as const, {
    count: items.length,
  });

  const wasActive = useRef(active);
  useEffect(() => {
    if (wasActive.current && !active) {
      announce(t('bulk.finished', { title, summary }));
    }
    wasActive.current = active;
  }, [active, announce, t, title, summary]);
  useEffect(() => {
    // The form that has begun it is gone, and with it the place of the focus.
    panel.current?.focus();
  }, []);

  return (
    <section
      ref={panel}
      className={styles.panel}
      aria-labelledby={titleId}
      tabIndex={-1}
    >
      <Card>
        <CardBody>
          <div className={styles.head}>
            <Text as="h2" id={titleId} variant="body-medium" weight="bold">
              {title}
            </Text>
            <span className={styles.end}>
              <Buttons current={current} />
            </span>
          </div>
          {active && (
            <LinearProgress
              variant="determinate"
              value={(100 * over) / items.length}
              // The words below it say the same.
              aria-hidden="true"
            />
          )}
          <Text as="p">{summary}</Text>
          {active && (
            <Text as="p" color="secondary">
              {cancelled ? t('bulk.cancelled') : t('bulk.keepOpen')}
            </Text>
          )}
          <Accordion defaultExpanded={items.length <= 10}>
            <AccordionTrigger title={t('bulk.outcomes')} />
            <AccordionPanel>
              <ul className={styles.outcomes} aria-label={t('bulk.outcomes')}>
                {items.map(item => (
                  <Outcome key={item.vm.uid} item={item} kind={current.kind} />
                ))}
              </ul>
            </AccordionPanel>
          </Accordion>
        </CardBody>
      </Card>
    </section>
  );
}

/** How far the bulk is that was begun last; nothing where there is none. */
export function BulkPanel() {
  const { current } = useBulk();
  return current ? <Panel key={current.run.id} current={current} /> : null;
}
