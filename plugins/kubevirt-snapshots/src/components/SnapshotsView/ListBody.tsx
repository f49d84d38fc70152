// SPDX-License-Identifier: Apache-2.0
import { Button } from '@backstage/ui';
import type { SnapshotItem } from 'backstage-plugin-kubevirt-snapshots-common';
import type { ReactNode } from 'react';
import { DEFAULT_URL_STATE, type UrlState } from '../../hooks/useUrlState';
import { useTexts } from '../../translations';
import { EmptyState } from '../EmptyState';
import type { RowAction } from '../SnapshotRowMenu';
import { SnapshotTable, type SnapshotTableProps } from '../SnapshotTable';

/** Props of {@link ListBody}. */
export interface ListBodyProps extends SnapshotTableProps {
  takeButton: ReactNode;
  onAction: (action: RowAction, item: SnapshotItem) => void;
}

/** Filters that show everything. */
const NO_FILTER: Partial<UrlState> = {
  show: DEFAULT_URL_STATE.show,
  states: DEFAULT_URL_STATE.states,
  search: DEFAULT_URL_STATE.search,
};

/** The table, or why there is none. */
export function ListBody({ takeButton, ...props }: ListBodyProps) {
  const { list, state, onChange } = props;
  const t = useTexts();
  const button = (text: string, patch: Partial<UrlState>) => (
    <Button variant="secondary" onPress={() => onChange(patch)}>
      {text}
    </Button>
  );

  if (list.items.length > 0 || list.scheduled.length > 0) {
    return <SnapshotTable {...props} />;
  }
  if (state.show === 'scheduled') {
    return (
      <EmptyState
        title={t('empty.scheduledTitle')}
        text={t('empty.scheduledText')}
      >
        {button(t('empty.showTaken'), { show: 'taken' })}
      </EmptyState>
    );
  }
  if (list.allItems === 0) {
    return (
      <EmptyState title={t('empty.title')} text={t('empty.text')}>
        {takeButton}
      </EmptyState>
    );
  }
  if (list.totalItems > 0) {
    return (
      <EmptyState title={t('table.emptyPage')}>
        {button(t('table.firstPage'), { page: 1 })}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={t('empty.noMatchTitle')}
      text={t('empty.noMatchText', { count: list.allItems })}
    >
      {button(t('toolbar.reset'), NO_FILTER)}
    </EmptyState>
  );
}
