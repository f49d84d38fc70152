// SPDX-License-Identifier: Apache-2.0
import type { VmListItem } from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { ToneBadge } from '../StatusBadge';
import { vmLook } from './looks';

/** The power state of a VM as icon, colour and words. */
export function PowerBadge(props: {
  vm: Pick<VmListItem, 'power' | 'printableStatus'>;
}) {
  const { vm } = props;
  const t = useTexts();
  const { icon, tone, text } = vmLook(vm);
  return (
    <ToneBadge icon={icon} tone={tone}>
      {text ? t(text) : vm.printableStatus || t('fleet.unknownState')}
    </ToneBadge>
  );
}
