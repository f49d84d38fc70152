// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import type { RetentionPlanView } from 'backstage-plugin-kubevirt-snapshots-common';
import { useId } from 'react';
import { useTexts } from '../../translations';
import { Moment } from '../Moment';
import { planItems, type PlanItem } from './planItems';
import styles from './ScheduleForm.module.css';

function Items(props: { title: string; items: PlanItem[] }) {
  const { title, items } = props;
  const t = useTexts();
  const id = useId();
  if (items.length === 0) {
    return null;
  }
  return (
    <div>
      <Text as="p" weight="bold" id={id}>
        {title}
      </Text>
      {/* It scrolls, so that the keyboard has to get there. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ul className={styles.plan} aria-labelledby={id} tabIndex={0}>
        {items.map(item => (
          <li key={item.uid}>
            {item.name} · <Moment value={item.at} />
            <span className={styles.note}>
              {[
                ...(item.ready ? [] : [t('schedulePage.notReady')]),
                ...(item.partial ? [t('schedulePage.partial')] : []),
                ...item.reasons,
              ].join('; ')}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What a retention rule keeps and removes, with the reasons. */
export function PlanLists({ plan }: { plan: RetentionPlanView }) {
  const t = useTexts();
  const { keep, remove } = planItems(plan, t);
  if (keep.length + remove.length === 0) {
    return <Text as="p">{t('schedule.planEmpty')}</Text>;
  }
  return (
    <div className={styles.fields}>
      {plan.heldBecause && (
        <Text as="p">
          {t('schedule.planHeld', { reason: plan.heldBecause })}
        </Text>
      )}
      <Items
        title={t('schedule.planRemove', { count: remove.length })}
        items={remove}
      />
      <Items
        title={t('schedule.planKeep', { count: keep.length })}
        items={keep}
      />
    </div>
  );
}
