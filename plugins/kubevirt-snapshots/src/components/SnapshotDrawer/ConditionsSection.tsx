// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import type {
  KubeVirtCondition,
  SnapshotDetails,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts, type Texts } from '../../translations';
import { Section } from '../Drawer';
import styles from '../Drawer/Drawer.module.css';

/** A condition in words for a person. */
export function conditionText(
  t: Texts,
  { type, status }: KubeVirtCondition,
): string {
  switch (`${type}=${status}`) {
    case 'Ready=True':
      return t('drawer.conditionReady');
    case 'Ready=False':
      return t('drawer.conditionNotReady');
    case 'Progressing=True':
      return t('drawer.conditionProgressing');
    case 'Progressing=False':
      return t('drawer.conditionNotProgressing');
    case 'Failure=True':
      return t('drawer.conditionFailure');
    default:
      return t('drawer.conditionOther', { type, status });
  }
}

/** What the cluster says about the snapshot, in words and as it is. */
export function ConditionsSection(props: { conditions: KubeVirtCondition[] }) {
  const { conditions } = props;
  const t = useTexts();
  return (
    <Section title={t('drawer.conditions')}>
      {conditions.length === 0 ? (
        <Text as="p">{t('drawer.noConditions')}</Text>
      ) : (
        <>
          <ul className={styles.list}>
            {conditions.map(condition => (
              <li key={condition.type}>
                <Text>{conditionText(t, condition)}</Text>
                {(condition.reason || condition.message) && (
                  <p className={styles.text}>
                    {[condition.reason, condition.message]
                      .filter(Boolean)
                      .join(': ')}
                  </p>
                )}
              </li>
            ))}
          </ul>
          <details>
            <summary>{t('drawer.raw')}</summary>
            {/* It scrolls, so the keyboard has to reach it. */}
            <pre
              className={styles.raw}
              // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
              tabIndex={0}
              role="region"
              aria-label={t('drawer.raw')}
            >
              {JSON.stringify(conditions, null, 2)}
            </pre>
          </details>
        </>
      )}
    </Section>
  );
}

const INDICATIONS = {
  Online: 'indication.Online',
  GuestAgent: 'indication.GuestAgent',
  NoGuestAgent: 'indication.NoGuestAgent',
  QuiesceTimeout: 'indication.QuiesceTimeout',
  QuiesceFailed: 'indication.QuiesceFailed',
  Paused: 'indication.Paused',
  PartialSnapshot: 'indication.PartialSnapshot',
} as const;

function isKnown(text: string): text is keyof typeof INDICATIONS {
  return Object.hasOwn(INDICATIONS, text);
}

/** KubeVirt's indications, each with what it means. */
export function IndicationsSection(props: {
  indications: SnapshotDetails['indications'];
}) {
  const { indications } = props;
  const t = useTexts();
  return (
    <Section title={t('drawer.indications')}>
      {indications.length === 0 ? (
        <Text as="p">{t('drawer.noIndications')}</Text>
      ) : (
        <ul className={styles.list}>
          {indications.map(({ indication, message }) => (
            <li key={indication}>
              <Text weight="bold">{indication}</Text>
              <p className={styles.text}>
                {isKnown(indication) ? t(INDICATIONS[indication]) : ''}
                {message ? ` ${message}` : ''}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
