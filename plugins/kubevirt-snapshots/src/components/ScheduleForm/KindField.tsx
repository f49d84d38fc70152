// SPDX-License-Identifier: Apache-2.0
import { Select } from '@backstage/ui';
import { useTexts } from '../../translations';
import { RULE_KINDS, type RuleKind } from './ruleDraft';

/** Once, or by which kind of schedule. */
export function KindField<Kind extends RuleKind | 'single'>(props: {
  value: Kind;
  /** Offers a single snapshot as well. */
  single: boolean;
  onChange: (kind: Kind) => void;
}) {
  const { value, single, onChange } = props;
  const t = useTexts();
  const kinds = single ? (['single', ...RULE_KINDS] as const) : RULE_KINDS;
  return (
    <Select
      label={t('schedule.label')}
      options={kinds.map(kind => ({
        value: kind,
        label: t(`schedule.${kind}` as const),
      }))}
      value={value}
      onChange={kind => kind && onChange(String(kind) as Kind)}
    />
  );
}
