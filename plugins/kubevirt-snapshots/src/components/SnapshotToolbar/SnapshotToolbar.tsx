// SPDX-License-Identifier: Apache-2.0
import {
  SearchField,
  Select,
  Text,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import {
  SNAPSHOT_STATES,
  type SnapshotKindFilter,
  type SnapshotState,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTypedText } from '../../hooks/useTypedText';
import type { UrlState } from '../../hooks/useUrlState';
import { useTexts } from '../../translations';
import { statusLook } from '../StatusBadge';
import styles from './SnapshotToolbar.module.css';

const SHOWS: readonly SnapshotKindFilter[] = ['all', 'taken', 'scheduled'];

/** Props of {@link SnapshotToolbar}. */
export interface SnapshotToolbarProps {
  state: UrlState;
  onChange: (patch: Partial<UrlState>) => void;
  stateCounts: Partial<Record<SnapshotState, number>>;
  /** Rows that match. */
  totalItems: number;
  /** Rows whatever the filter. */
  allItems: number;
}

function Search(props: { value: string; onChange: (value: string) => void }) {
  const { value, onChange } = props;
  const t = useTexts();
  const [text, setText] = useTypedText(value, onChange);
  return (
    <SearchField
      className={styles.search}
      size="small"
      maxLength={253}
      aria-label={t('toolbar.search')}
      placeholder={t('toolbar.search')}
      value={text}
      onChange={setText}
    />
  );
}

/** Filters of the list and the number of rows they leave. */
export function SnapshotToolbar(props: SnapshotToolbarProps) {
  const { state, onChange, stateCounts, totalItems, allItems } = props;
  const t = useTexts();
  const options = SNAPSHOT_STATES.filter(
    s => stateCounts[s] || state.states.includes(s),
  ).map(s => ({
    value: s,
    label: t('toolbar.statusOption', {
      label: t(statusLook(s).label),
      number: String(stateCounts[s] ?? 0),
    }),
  }));

  return (
    <div className={styles.root} role="search" aria-label={t('toolbar.region')}>
      <ToggleButtonGroup
        aria-label={t('toolbar.show')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[state.show]}
        onSelectionChange={keys => {
          const show = SHOWS.find(s => keys.has(s));
          if (show && show !== state.show) {
            onChange({ show });
          }
        }}
      >
        {SHOWS.map(show => (
          <ToggleButton key={show} id={show} size="small">
            {t(`toolbar.${show}` as const)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <Select
        className={styles.status}
        size="small"
        aria-label={t('toolbar.status')}
        placeholder={t('toolbar.allStatuses')}
        selectionMode="multiple"
        options={options}
        value={state.states}
        onChange={keys =>
          onChange({ states: SNAPSHOT_STATES.filter(s => keys.includes(s)) })
        }
      />
      <Search value={state.search} onChange={search => onChange({ search })} />
      <Text className={styles.count} color="secondary" role="status">
        {totalItems === allItems
          ? t('toolbar.count', { count: allItems })
          : t('toolbar.countOf', {
              shown: String(totalItems),
              total: String(allItems),
            })}
      </Text>
    </div>
  );
}
