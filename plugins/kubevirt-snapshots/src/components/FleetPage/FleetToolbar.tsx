// SPDX-License-Identifier: Apache-2.0
import {
  ButtonIcon,
  Checkbox,
  Link,
  SearchField,
  Text,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import { RiCloseLine } from '@remixicon/react';
import type {
  VmList,
  VmPower,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  isFleetFiltered,
  NO_FLEET_FILTER,
  VM_POWERS,
  type FleetScope,
  type FleetUrlState,
} from '../../hooks/fleetUrlState';
import { useTypedText } from '../../hooks/useTypedText';
import { useTexts } from '../../translations';
import { Moment } from '../Moment';
import { POWER_LOOKS } from '../VmState';
import { FacetSelect, ownerText } from './FacetSelect';
import styles from './FleetPage.module.css';

/** How many VMs are in each state is not told. */
const POWERS = Object.fromEntries(VM_POWERS.map(power => [power, undefined]));

const SCOPES: readonly FleetScope[] = ['mine', 'all'];

/** Props of {@link FleetToolbar}. */
export interface FleetToolbarProps {
  list: VmList;
  state: FleetUrlState;
  /** RFC 3339, when the list was fetched. */
  updatedAt: string;
  onChange: (patch: Partial<FleetUrlState>) => void;
  /** Address of the view with that changed. */
  href: (patch: Partial<FleetUrlState>) => string;
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
      aria-label={t('fleet.search')}
      placeholder={t('fleet.search')}
      value={text}
      onChange={setText}
    />
  );
}

function Scope(props: Pick<FleetToolbarProps, 'state' | 'onChange'>) {
  const { state, onChange } = props;
  const t = useTexts();
  return (
    <ToggleButtonGroup
      aria-label={t('fleet.scope')}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={state.scope ? [state.scope] : []}
      onSelectionChange={keys => {
        const scope = SCOPES.find(one => keys.has(one));
        if (scope && scope !== state.scope) {
          onChange({ scope });
        }
      }}
    >
      {SCOPES.map(scope => (
        <ToggleButton key={scope} id={scope} size="small">
          {t(`fleet.${scope}` as const)}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

function Selects(
  props: Pick<FleetToolbarProps, 'list' | 'state' | 'onChange'>,
) {
  const { list, state, onChange } = props;
  const t = useTexts();
  const { clusters, namespaces, owners } = list.facets;
  // Those of other clusters would match nothing.
  const ofCluster = Object.fromEntries(
    Object.entries(namespaces).filter(
      ([key]) => !state.cluster || key.startsWith(`${state.cluster}/`),
    ),
  );
  return (
    <>
      <FacetSelect
        label={t('fleet.ownerFilter')}
        all={t('fleet.allOwners')}
        facet={owners}
        text={ownerText}
        value={state.owner}
        onChange={owner => onChange({ owner })}
      />
      <FacetSelect
        label={t('fleet.clusterFilter')}
        all={t('fleet.allClusters')}
        facet={clusters}
        value={state.cluster}
        onChange={cluster => onChange({ cluster })}
      />
      <FacetSelect
        label={t('fleet.namespaceFilter')}
        all={t('fleet.allNamespaces')}
        facet={ofCluster}
        text={key => key.replace('/', ' / ')}
        value={state.namespace}
        onChange={namespace => onChange({ namespace })}
      />
      <FacetSelect
        label={t('fleet.powerFilter')}
        all={t('fleet.allPowers')}
        facet={POWERS}
        text={key => t(POWER_LOOKS[key as VmPower].text)}
        value={state.power ?? ''}
        onChange={value =>
          onChange({ power: VM_POWERS.find(power => power === value) })
        }
      />
    </>
  );
}

/** Filters of the list, the number of VMs they leave, and its age. */
export function FleetToolbar(props: FleetToolbarProps) {
  const { list, state, updatedAt, onChange, href } = props;
  const { totalItems, allItems } = list;
  const t = useTexts();
  return (
    <div
      className={styles.toolbar}
      role="search"
      aria-label={t('fleet.filter')}
    >
      <Scope state={state} onChange={onChange} />
      <Search value={state.search} onChange={search => onChange({ search })} />
      <Selects list={list} state={state} onChange={onChange} />
      <Checkbox
        isSelected={state.unprotected}
        onChange={unprotected => onChange({ unprotected })}
      >
        {t('fleet.unprotectedOnly')}
      </Checkbox>
      <Checkbox
        isSelected={state.unscheduled}
        onChange={unscheduled => onChange({ unscheduled })}
      >
        {t('fleet.unscheduledOnly')}
      </Checkbox>
      {state.belongsTo && (
        <span className={styles.related}>
          <Text>
            {t('fleet.belongsTo', { entity: ownerText(state.belongsTo) })}
          </Text>
          <ButtonIcon
            size="small"
            variant="tertiary"
            icon={<RiCloseLine />}
            aria-label={t('fleet.belongsToAll')}
            onPress={() => onChange({ belongsTo: '' })}
          />
        </span>
      )}
      {isFleetFiltered(state) && (
        <Link href={href(NO_FLEET_FILTER)}>{t('fleet.reset')}</Link>
      )}
      <Text className={styles.count} color="secondary" role="status">
        {totalItems === allItems
          ? t('fleet.count', { count: allItems })
          : t('fleet.countOf', {
              shown: String(totalItems),
              total: String(allItems),
            })}
      </Text>
      <Text color="secondary">
        {t('fleet.updated', { time: <Moment value={updatedAt} /> })}
      </Text>
    </div>
  );
}
