// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import { useTexts } from '../../translations';
import { Person } from '../Person';

const PLUGIN = 'plugin:kubevirt-snapshots';
const CLUSTER = 'cluster:';

/** Who acted: a person as a link, and in words what is not in the catalog. */
export function Actor({ actor }: { actor: string }) {
  const t = useTexts();
  if (actor.includes('/')) {
    return <Person entityRef={actor} />;
  }
  if (actor === PLUGIN) {
    return <Text>{t('entry.portal')}</Text>;
  }
  return (
    <Text>
      {actor.startsWith(CLUSTER)
        ? t('entry.inCluster', { cluster: actor.slice(CLUSTER.length) })
        : actor}
    </Text>
  );
}
