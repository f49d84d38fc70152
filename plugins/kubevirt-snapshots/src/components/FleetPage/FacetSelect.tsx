// SPDX-License-Identifier: Apache-2.0
import { parseEntityRef } from '@backstage/catalog-model';
import { humanizeEntityRef } from '@backstage/plugin-catalog-react';
import { Select } from '@backstage/ui';
import { useTexts } from '../../translations';
import styles from './FleetPage.module.css';

/** Key of the option that lets everything through; no real one has it. */
const ALL = '*';

/** From so many options on there is a search among them. */
const MANY = 10;

const collator = new Intl.Collator(undefined, { numeric: true });

/** A short name for an owner, where no component can be shown. */
export function ownerText(entityRef: string): string {
  try {
    return humanizeEntityRef(parseEntityRef(entityRef), {
      defaultKind: 'group',
      defaultNamespace: 'default',
    });
  } catch {
    return entityRef;
  }
}

/** Chooses one value of a facet, or all of them. */
export function FacetSelect(props: {
  label: string;
  /** Words for the choice of all. */
  all: string;
  /** Values with the number of VMs, where it is known. */
  facet: Record<string, number | undefined>;
  text?: (value: string) => string;
  /** Empty for all. */
  value: string;
  onChange: (value: string) => void;
}) {
  const { label, all, facet, text = String, value, onChange } = props;
  const t = useTexts();
  // One that came by a link stays shown even if there is nothing of it.
  const values = new Set([...Object.keys(facet), ...(value ? [value] : [])]);
  const ofFacet = [...values].map(one => {
    const number = Object.hasOwn(facet, one) ? facet[one] : undefined;
    return {
      value: one,
      label:
        number === undefined
          ? text(one)
          : t('fleet.option', { label: text(one), number: String(number) }),
    };
  });
  ofFacet.sort((a, b) => collator.compare(a.label, b.label));
  const options = [{ value: ALL, label: all }, ...ofFacet];
  return (
    <Select
      className={styles.select}
      size="small"
      aria-label={label}
      options={options}
      search={
        options.length > MANY
          ? { placeholder: t('fleet.searchOptions') }
          : undefined
      }
      value={value || ALL}
      onChange={key => onChange(!key || key === ALL ? '' : String(key))}
    />
  );
}
