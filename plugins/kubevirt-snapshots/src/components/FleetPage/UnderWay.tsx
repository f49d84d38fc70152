// SPDX-License-Identifier: Apache-2.0
import { Link, Text } from '@backstage/ui';
import type { VmList } from 'backstage-plugin-kubevirt-snapshots-common';
import { useId } from 'react';
import type { FleetUrlState } from '../../hooks/fleetUrlState';
import { useTexts } from '../../translations';
import type { RowContext } from './cells';
import styles from './FleetPage.module.css';
import { BusyButton } from './StateCell';

/**
 * What is being done with the VMs of the list, the latest first, whatever page
 * and order the list is in. It has a line of its own also while nothing is
 * under way, so that the rows below don't jump when something begins.
 */
export function UnderWay(props: {
  list: VmList;
  /** Address of the view with that changed. */
  href: (patch: Partial<FleetUrlState>) => string;
  onAction: RowContext['onAction'];
}) {
  const { list, href, onAction } = props;
  const { underWay, underWayItems } = list;
  const t = useTexts();
  const titleId = useId();
  return (
    <section className={styles.underWay} aria-labelledby={titleId}>
      <Text as="h2" id={titleId} variant="body-medium" weight="bold">
        {t('fleet.underWay')}
      </Text>
      {underWay.length === 0 ? (
        <Text color="secondary">{t('fleet.nothingUnderWay')}</Text>
      ) : (
        <ul className={styles.chips}>
          {underWay.map(
            vm =>
              vm.busy && (
                <li key={vm.uid}>
                  <BusyButton
                    vm={vm}
                    busy={vm.busy}
                    named
                    onAction={(...args) => onAction(vm, ...args)}
                  />
                </li>
              ),
          )}
        </ul>
      )}
      {underWayItems > underWay.length && (
        <Link href={href({ sort: 'state', order: 'asc', page: 1 })}>
          {t('fleet.allUnderWay', { count: underWayItems })}
        </Link>
      )}
    </section>
  );
}
