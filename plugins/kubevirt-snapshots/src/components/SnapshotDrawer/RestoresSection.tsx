// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import type { EntityKey } from '../../api';
import { useRestores } from '../../hooks/restoreQueries';
import { useTexts } from '../../translations';
import { Section } from '../Drawer';
import { RestoreList } from '../RestoreList';

/** How often the VM was brought back to the snapshot, and what became of it. */
export function RestoresSection(props: {
  entity: EntityKey;
  vmUid: string;
  name: string;
}) {
  const { entity, vmUid, name } = props;
  const t = useTexts();
  const { data, error } = useRestores(entity, { snapshot: name });
  const body = () => {
    if (data && data.items.length > 0) {
      return (
        <RestoreList
          label={t('restores.ofSnapshot', { name })}
          entity={entity}
          vmUid={vmUid}
          items={data.items}
        />
      );
    }
    if (data) {
      return <Text as="p">{t('restores.none')}</Text>;
    }
    return (
      <Text as="p">{error ? t('restores.failed') : t('restores.loading')}</Text>
    );
  };
  return <Section title={t('restores.title')}>{body()}</Section>;
}
