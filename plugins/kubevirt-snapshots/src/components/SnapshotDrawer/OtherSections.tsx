// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import {
  RiCheckboxCircleLine,
  RiErrorWarningLine,
  RiLoader4Line,
  RiLockLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import {
  stringifyVmRef,
  type ConfigurationLine,
  type SnapshotDetails,
  type SnapshotUse,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { CopyText } from '../CopyText';
import { Moment } from '../Moment';
import { ToneBadge, type Tone } from '../StatusBadge';
import { Fact, Facts, Section } from '../Drawer';
import styles from '../Drawer/Drawer.module.css';

/** The VM's settings at the time; where a secret may be, only its presence. */
export function ConfigurationSection(props: { lines: ConfigurationLine[] }) {
  const { lines } = props;
  const t = useTexts();
  return (
    <Section title={t('drawer.configuration')}>
      {lines.length === 0 ? (
        <Text as="p">{t('drawer.noConfiguration')}</Text>
      ) : (
        <Facts>
          {lines.map(({ label, value, sensitive }) => (
            <Fact key={label} label={label}>
              {sensitive ? (
                // Whatever the value is, it isn't put on the page.
                <ToneBadge icon={RiLockLine} tone="neutral">
                  {t('drawer.present')}
                </ToneBadge>
              ) : (
                value
              )}
            </Fact>
          ))}
        </Facts>
      )}
    </Section>
  );
}

const USE_LOOKS = {
  running: { icon: RiLoader4Line, tone: 'info', text: 'drawer.useRunning' },
  succeeded: {
    icon: RiCheckboxCircleLine,
    tone: 'success',
    text: 'drawer.useSucceeded',
  },
  failed: {
    icon: RiErrorWarningLine,
    tone: 'danger',
    text: 'drawer.useFailed',
  },
} as const satisfies Record<
  SnapshotUse['state'],
  { icon: RemixiconComponentType; tone: Tone; text: string }
>;

/** VMs made from the snapshot; its restores are told with their history. */
export function UsesSection(props: { uses: SnapshotUse[] }) {
  const t = useTexts();
  const uses = props.uses.filter(({ kind }) => kind === 'clone');
  return (
    <Section title={t('drawer.uses')}>
      {uses.length === 0 ? (
        <Text as="p">{t('drawer.noUses')}</Text>
      ) : (
        <ul className={styles.list}>
          {uses.map(use => {
            const { icon, tone, text } = USE_LOOKS[use.state];
            return (
              <li key={`${use.kind}:${use.name}`}>
                <Text weight="bold">
                  {t('drawer.useClone', { name: use.name })}
                </Text>{' '}
                {use.target && t('drawer.useTarget', { target: use.target })}{' '}
                <Moment value={use.createdAt} />
                <div>
                  <ToneBadge icon={icon} tone={tone}>
                    {t(text)}
                  </ToneBadge>
                </div>
                {use.message && <p className={styles.text}>{use.message}</p>}
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}

/** What one needs to find the same thing in the cluster or in a log. */
export function IdentifiersSection({ details }: { details: SnapshotDetails }) {
  const t = useTexts();
  const { item, vm } = details;
  const entries: [string, string | undefined][] = [
    [t('drawer.snapshotUid'), item.uid],
    [t('drawer.vmPath'), stringifyVmRef(vm.ref)],
    [t('drawer.vmUid'), vm.uid],
    [t('drawer.operationId'), item.operation?.id],
  ];
  return (
    <Section title={t('drawer.identifiers')}>
      <Facts>
        {entries.map(([label, value]) => (
          <Fact key={label} label={label}>
            {value && <CopyText label={label} value={value} />}
          </Fact>
        ))}
      </Facts>
    </Section>
  );
}
