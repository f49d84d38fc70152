// SPDX-License-Identifier: Apache-2.0
import { ButtonIcon, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import { RiMore2Line } from '@remixicon/react';
import {
  isUnfinished,
  type SnapshotItem,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useId } from 'react';
import { useTexts } from '../../translations';
import styles from './SnapshotRowMenu.module.css';

/** What a row's menu can ask for. */
export type RowAction =
  | 'details'
  | 'stop'
  | 'template'
  | 'clone'
  | 'restore'
  | 'protect'
  | 'release'
  | 'delete';

/** BUI has no prop for an item that is off and yet can be focused. */
function markDisabled(content: HTMLElement | null) {
  content?.closest('[role="menuitem"]')?.setAttribute('aria-disabled', 'true');
}

/**
 * A menu item that stays reachable when it is off, with the reason as its
 * description. A disabled item would be passed over by the arrow keys.
 */
export function ActionItem(props: {
  label: string;
  verdict: Verdict;
  danger?: boolean;
  onAction: () => void;
}) {
  const { label, verdict, danger, onAction } = props;
  const reasonId = useId();
  if (verdict.allowed) {
    return (
      <MenuItem color={danger ? 'danger' : 'primary'} onAction={onAction}>
        {label}
      </MenuItem>
    );
  }
  return (
    <MenuItem
      className={styles.refused}
      aria-describedby={reasonId}
      textValue={label}
      shouldCloseOnSelect={false}
    >
      <span className={styles.item} ref={markDisabled}>
        <span className={styles.label} data-refused>
          {label}
        </span>
        {/* Hidden as a part of the name, since it is the description. */}
        <span className={styles.reason} id={reasonId} aria-hidden="true">
          {verdict.reason}
        </span>
      </span>
    </MenuItem>
  );
}

/** The actions of a row. What is off says why. */
export function SnapshotRowMenu(props: {
  item: SnapshotItem;
  onAction: (action: RowAction) => void;
}) {
  const { item, onAction } = props;
  const t = useTexts();
  return (
    <MenuTrigger>
      <ButtonIcon
        variant="tertiary"
        size="small"
        aria-label={t('menu.label', { name: item.name })}
        icon={<RiMore2Line />}
      />
      <Menu placement="bottom end">
        <MenuItem onAction={() => onAction('details')}>
          {t('menu.details')}
        </MenuItem>
        {isUnfinished(item.state) ? (
          <ActionItem
            label={t('menu.stop')}
            verdict={item.allowed.stop}
            onAction={() => onAction('stop')}
          />
        ) : null}
        {item.allowed.template && (
          <ActionItem
            label={t('menu.template')}
            verdict={item.allowed.template}
            onAction={() => onAction('template')}
          />
        )}
        {item.allowed.clone && (
          <ActionItem
            label={t('menu.clone')}
            verdict={item.allowed.clone}
            onAction={() => onAction('clone')}
          />
        )}
        <ActionItem
          label={t('menu.restore')}
          verdict={item.allowed.restore}
          onAction={() => onAction('restore')}
        />
        <ActionItem
          label={
            item.protection ? t('menu.changeProtection') : t('menu.protect')
          }
          verdict={item.allowed.protect}
          onAction={() => onAction('protect')}
        />
        {item.protection && (
          <ActionItem
            label={t('menu.release')}
            verdict={item.allowed.unprotect}
            onAction={() => onAction('release')}
          />
        )}
        <ActionItem
          label={t('menu.delete')}
          verdict={item.allowed.delete}
          danger
          onAction={() => onAction('delete')}
        />
      </Menu>
    </MenuTrigger>
  );
}
