// SPDX-License-Identifier: Apache-2.0
import { Button, Select, TextField } from '@backstage/ui';
import {
  AUDIT_ORIGINS,
  AUDIT_OUTCOMES,
  parseVmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { NO_AUDIT_FILTER, type AuditUrlState } from '../../hooks/auditUrlState';
import { useTypedText } from '../../hooks/useTypedText';
import { useTexts } from '../../translations';
import { fromLocalInput, toLocalInput } from '../../utils/localTime';
import { actionText, KNOWN_ACTIONS, outcomeLook } from '../AuditEntries';
import { DateTimeField } from '../DateTimeField';
import styles from './AuditPage.module.css';

type Change = (patch: Partial<AuditUrlState>) => void;

function isVm(text: string): boolean {
  return text === '' || parseVmRef(text) !== undefined;
}

function VmField({ value, onChange }: { value: string; onChange: Change }) {
  const t = useTexts();
  const [text, setText] = useTypedText(value, vm => onChange({ vm }), isVm);
  return (
    <TextField
      label={t('audit.vm')}
      placeholder={t('audit.vmHint')}
      size="small"
      autoComplete="off"
      spellCheck="false"
      maxLength={600}
      validationBehavior="aria"
      value={text}
      onChange={next => setText(next.trim())}
      validate={() => (isVm(text) ? null : t('audit.vmProblem'))}
    />
  );
}

function PersonField({ value, onChange }: { value: string; onChange: Change }) {
  const t = useTexts();
  const [text, setText] = useTypedText(value, actor => onChange({ actor }));
  return (
    <TextField
      label={t('audit.actor')}
      placeholder={t('audit.actorHint')}
      size="small"
      autoComplete="off"
      spellCheck="false"
      maxLength={512}
      value={text}
      onChange={next => setText(next.trim())}
    />
  );
}

function TimeField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const { label, value, onChange } = props;
  const [text, setText] = useTypedText(toLocalInput(value), next =>
    onChange(fromLocalInput(next) ?? ''),
  );
  return (
    <DateTimeField label={label} size="small" value={text} onChange={setText} />
  );
}

/** Which entries of the trail are shown. */
export function AuditFilters(props: {
  state: AuditUrlState;
  onChange: Change;
}) {
  const { state, onChange } = props;
  const t = useTexts();
  // One that came by a link stays selectable even without words of its own.
  const actions = [...new Set([...KNOWN_ACTIONS, ...state.actions])];
  return (
    <div
      className={styles.filters}
      role="search"
      aria-label={t('audit.filter')}
    >
      <VmField value={state.vm} onChange={onChange} />
      <PersonField value={state.actor} onChange={onChange} />
      <Select
        label={t('audit.action')}
        size="small"
        placeholder={t('audit.allActions')}
        selectionMode="multiple"
        options={actions.map(value => ({ value, label: actionText(t, value) }))}
        value={state.actions}
        onChange={keys =>
          onChange({ actions: actions.filter(one => keys.includes(one)) })
        }
      />
      <Select
        label={t('audit.outcome')}
        size="small"
        placeholder={t('audit.allOutcomes')}
        selectionMode="multiple"
        options={AUDIT_OUTCOMES.map(value => ({
          value,
          label: t(outcomeLook(value).label),
        }))}
        value={state.outcomes}
        onChange={keys =>
          onChange({
            outcomes: AUDIT_OUTCOMES.filter(one => keys.includes(one)),
          })
        }
      />
      <Select
        label={t('audit.origin')}
        size="small"
        placeholder={t('audit.allOrigins')}
        selectionMode="multiple"
        options={AUDIT_ORIGINS.map(value => ({
          value,
          label: t(`auditOrigin.${value}` as const),
        }))}
        value={state.origins}
        onChange={keys =>
          onChange({ origins: AUDIT_ORIGINS.filter(one => keys.includes(one)) })
        }
      />
      <TimeField
        label={t('audit.from')}
        value={state.from}
        onChange={from => onChange({ from })}
      />
      <TimeField
        label={t('audit.to')}
        value={state.to}
        onChange={to => onChange({ to })}
      />
      <Button
        variant="secondary"
        size="small"
        onPress={() => onChange(NO_AUDIT_FILTER)}
      >
        {t('audit.reset')}
      </Button>
    </div>
  );
}
