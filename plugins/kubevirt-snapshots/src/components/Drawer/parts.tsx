// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import { useId, type ReactNode } from 'react';
import styles from './Drawer.module.css';

/** A part of the drawer under a heading. */
export function Section(props: { title: string; children: ReactNode }) {
  const { title, children } = props;
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <Text as="h3" variant="title-x-small" id={id}>
        {title}
      </Text>
      {children}
    </section>
  );
}

/** A list of labels and values. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>;
}

/** A line of {@link Facts}; left out when there is nothing to tell. */
export function Fact(props: { label: string; children?: ReactNode }) {
  const { label, children } = props;
  if (!children) {
    return null;
  }
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}
