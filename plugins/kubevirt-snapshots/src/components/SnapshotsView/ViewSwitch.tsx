// SPDX-License-Identifier: Apache-2.0
import { ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import type { TabView } from '../../hooks/useUrlState';
import { useTexts } from '../../translations';

const VIEWS: readonly TabView[] = ['snapshots', 'restores', 'history'];

/** Switches between the snapshots of the VM, its restores and its history. */
export function ViewSwitch(props: {
  view: TabView;
  /** The history is there for those who may see it. */
  withHistory: boolean;
  onChange: (view: TabView) => void;
}) {
  const { view, withHistory, onChange } = props;
  const t = useTexts();
  return (
    <div>
      <ToggleButtonGroup
        aria-label={t('view.label')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[view]}
        onSelectionChange={keys => {
          const next = VIEWS.find(one => keys.has(one));
          if (next && next !== view) {
            onChange(next);
          }
        }}
      >
        {VIEWS.filter(one => withHistory || one !== 'history').map(one => (
          <ToggleButton key={one} id={one} size="small">
            {t(`view.${one}` as const)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  );
}
