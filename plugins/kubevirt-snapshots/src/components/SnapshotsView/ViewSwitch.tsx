// SPDX-License-Identifier: Apache-2.0
import { ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import type { TabView } from '../../hooks/useUrlState';
import { useTexts } from '../../translations';

/** Switches between the snapshots of the VM, its month, its restores and its history. */
export function ViewSwitch(props: {
  view: TabView;
  views: readonly TabView[];
  onChange: (view: TabView) => void;
}) {
  const { view, views, onChange } = props;
  const t = useTexts();
  return (
    <div>
      <ToggleButtonGroup
        aria-label={t('view.label')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[view]}
        onSelectionChange={keys => {
          const next = views.find(one => keys.has(one));
          if (next && next !== view) {
            onChange(next);
          }
        }}
      >
        {views.map(one => (
          <ToggleButton key={one} id={one} size="small">
            {t(`view.${one}` as const)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  );
}
