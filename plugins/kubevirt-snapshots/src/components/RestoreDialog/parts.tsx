// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import type {
  RestoreChoices,
  RestorePlan,
  RestorePower,
  RestoreVolumes,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts, type Texts } from '../../translations';
import { ChoiceGroup } from '../ChoiceGroup';
import { ChoiceSwitch } from '../ChoiceSwitch';
import { ConfirmCheckbox } from '../ConfirmCheckbox';
import { CopyText } from '../CopyText';
import { DiffTable } from '../DiffTable';
import { Moment } from '../Moment';
import { ReasonField } from '../ReasonField';
import { TypedNameField } from '../TypedNameField';
import { WarningList } from '../WarningList';
import { FateList } from './DisksParts';
import styles from './RestoreDialog.module.css';
import type { RestoreForm } from './useRestoreForm';
import { warningsOf } from './warnings';

/** Newer snapshots that are named; the rest is counted. */
const NAMED_SNAPSHOTS = 5;

/** Disks and settings that come back. */
export function ComesPart({ plan }: { plan: RestorePlan }) {
  const t = useTexts();
  const disks = plan.disks.filter(
    ({ fate }) => fate === 'replaced' || fate === 'returns',
  );
  return (
    <>
      <WarningList warnings={warningsOf(plan.warnings, 'comes')} />
      <div className={styles.text}>
        {t('restore.asOf', {
          time: <Moment value={plan.snapshot.createdAt} />,
        })}
      </div>
      {disks.length > 0 ? (
        <FateList disks={disks} />
      ) : (
        <p className={styles.text}>{t('restore.noDisks')}</p>
      )}
    </>
  );
}

/** What will be different from the VM as it is. */
export function ChangesPart({ plan }: { plan: RestorePlan }) {
  const t = useTexts();
  const lines = plan.configuration.filter(({ change }) => change !== 'same');
  const same = plan.configuration.length - lines.length;
  const disks = plan.disks.filter(
    ({ fate }) => fate === 'stays' || fate === 'leaves',
  );
  return (
    <>
      <WarningList warnings={warningsOf(plan.warnings, 'changes')} />
      {lines.length > 0 ? (
        <DiffTable
          caption={t('restore.diff')}
          nowLabel={t('restore.now')}
          thenLabel={t('restore.then')}
          lines={lines.map(({ label, current, captured, sensitive }) => ({
            label,
            now: current,
            then: captured,
            sensitive,
          }))}
        />
      ) : (
        <p className={styles.text}>{t('restore.noDifference')}</p>
      )}
      {lines.length > 0 && same > 0 && (
        <Text as="p" color="secondary">
          {t('restore.same', { count: same })}
        </Text>
      )}
      {disks.length > 0 && <FateList disks={disks} />}
    </>
  );
}

/** What is newer than the snapshot. */
export function LostPart(props: { plan: RestorePlan; safety: boolean }) {
  const { plan, safety } = props;
  const t = useTexts();
  const { lostSince, snapshots } = plan.newer;
  const more = snapshots.length - NAMED_SNAPSHOTS;
  return (
    <>
      <div className={styles.text}>
        {t('restore.lostSince', { time: <Moment value={lostSince} /> })}
      </div>
      <p className={styles.text}>
        {safety
          ? t('restore.safetyKeeps', { count: plan.safety.keptDays })
          : t('restore.nothingKeeps')}
      </p>
      {snapshots.length > 0 && (
        <p className={styles.text}>
          {t('restore.newerStay', { count: snapshots.length })}{' '}
          {snapshots
            .slice(0, NAMED_SNAPSHOTS)
            .map(({ name }) => name)
            .join(', ')}
          {more > 0 && ` ${t('restore.andMore', { count: more })}`}
        </p>
      )}
    </>
  );
}

const POWER_TEXTS = {
  stop: { label: 'restore.powerStop', hint: 'restore.powerStopHint' },
  'five-minutes': {
    label: 'restore.powerMinutes',
    hint: 'restore.powerMinutesHint',
  },
  wait: { label: 'restore.powerWait', hint: 'restore.powerWaitHint' },
  'if-stopped': {
    label: 'restore.powerIfStopped',
    hint: 'restore.powerIfStoppedHint',
  },
} as const satisfies Record<RestorePower, { label: string; hint: string }>;

/** How a choice of power reads, e.g. in a list of restores. */
export function powerText(t: Texts, power: RestorePower): string {
  return t(POWER_TEXTS[power].label);
}

function nowText(t: Texts, { power }: RestorePlan): string {
  if (!power.running) {
    return t('restore.isOff');
  }
  return power.runStrategy
    ? t('restore.runsAs', { strategy: power.runStrategy })
    : t('restore.runs');
}

/** Whether the VM runs, before and afterwards. */
export function PowerPart(props: {
  plan: RestorePlan;
  choices: RestoreChoices;
  choose: (patch: Partial<RestoreChoices>) => void;
}) {
  const { plan, choices, choose } = props;
  const { power } = plan;
  const t = useTexts();
  const then = () => {
    if (!choices.startAfterwards) {
      return t('restore.staysOff');
    }
    return power.startsAs
      ? t('restore.startsAs', { strategy: power.startsAs })
      : t('restore.starts');
  };
  return (
    <div className={styles.controls}>
      <WarningList warnings={warningsOf(plan.warnings, 'power')} />
      <p className={styles.text}>{nowText(t, plan)}</p>
      {power.running && (
        <ChoiceGroup
          label={t('restore.powerLabel')}
          value={choices.power}
          choices={power.options.map(({ value, verdict }) => ({
            id: value,
            verdict,
            label: t(POWER_TEXTS[value].label),
            hint: t(POWER_TEXTS[value].hint),
          }))}
          onChange={value => choose({ power: value })}
        />
      )}
      <ChoiceSwitch
        label={t('restore.startAfterwards')}
        hint={then()}
        verdict={power.start}
        isSelected={choices.startAfterwards}
        onChange={startAfterwards => choose({ startAfterwards })}
      />
    </div>
  );
}

const VOLUME_TEXTS = {
  'new-names': { label: 'restore.newNames', hint: 'restore.newNamesHint' },
  'in-place': { label: 'restore.inPlace', hint: 'restore.inPlaceHint' },
} as const satisfies Record<RestoreVolumes, { label: string; hint: string }>;

function choiceWarnings(plan: RestorePlan, choices: RestoreChoices) {
  const beside = {
    'in-place-deletes-first': choices.volumes === 'in-place',
    'no-safety-snapshot': !choices.safetySnapshot,
    'safety-incomplete': choices.safetySnapshot,
  } as Record<string, boolean | undefined>;
  return warningsOf(plan.warnings, 'choices').filter(
    ({ code }) => beside[code] ?? true,
  );
}

/** How it is done. */
export function ChoicesPart(props: {
  plan: RestorePlan;
  choices: RestoreChoices;
  form: RestoreForm;
}) {
  const { plan, choices, form } = props;
  const { choose, reason, setReason } = form.entries;
  const t = useTexts();
  return (
    <div className={styles.controls}>
      <ChoiceSwitch
        label={t('restore.safety')}
        hint={t('restore.safetyHint', { count: plan.safety.keptDays })}
        verdict={plan.safety.verdict}
        isSelected={choices.safetySnapshot}
        onChange={safetySnapshot => choose({ safetySnapshot })}
      />
      {plan.volumes.options.length > 1 && (
        <ChoiceGroup
          label={t('restore.volumes')}
          value={choices.volumes}
          choices={plan.volumes.options.map(({ value, verdict }) => ({
            id: value,
            verdict,
            label: t(VOLUME_TEXTS[value].label),
            hint: t(VOLUME_TEXTS[value].hint),
          }))}
          onChange={value => choose({ volumes: value })}
        />
      )}
      <WarningList warnings={choiceWarnings(plan, choices)} />
      <ReasonField
        value={reason}
        onChange={setReason}
        required={plan.reasonRequired}
        tried={form.tried}
        refusal={form.problems.reason}
      />
    </div>
  );
}

function Acknowledgement({
  plan,
  form,
}: {
  plan: RestorePlan;
  form: RestoreForm;
}) {
  const t = useTexts();
  const managers = plan.gitOps?.managers.join(', ') ?? '';
  return (
    <>
      <p className={styles.text}>{t('restore.gitOps', { managers })}</p>
      <ul className={styles.names} aria-label={t('restore.gitOpsNames')}>
        {form.names.map(({ volume, claim }) => (
          <li key={volume}>
            {volume}: <CopyText label={volume} value={claim} />
          </li>
        ))}
      </ul>
      <ConfirmCheckbox
        isSelected={form.entries.acknowledged}
        onChange={form.entries.setAcknowledged}
        problem={form.problems.acknowledged}
      >
        {t('restore.gitOpsConfirm')}
      </ConfirmCheckbox>
    </>
  );
}

/** What has to be confirmed; nothing when nothing has. */
export function confirmationOf(props: {
  plan: RestorePlan;
  form: RestoreForm;
  vmName: string;
}) {
  const { plan, form, vmName } = props;
  const warnings = warningsOf(plan.warnings, 'confirmation').filter(
    // Said with the names below.
    ({ code }) => code !== 'gitops' || form.names.length === 0,
  );
  const asks = plan.typedNameRequired || form.names.length > 0;
  return asks || warnings.length > 0 ? (
    <>
      <WarningList warnings={warnings} />
      {form.names.length > 0 && <Acknowledgement plan={plan} form={form} />}
      {plan.typedNameRequired && (
        <TypedNameField
          name={vmName}
          value={form.entries.typedName}
          onChange={form.entries.setTypedName}
          problem={form.problems.typedName}
        />
      )}
    </>
  ) : undefined;
}
