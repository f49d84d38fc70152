// SPDX-License-Identifier: Apache-2.0
import {
  Cell,
  Column,
  Row,
  TableBody,
  TableHeader,
  TableRoot,
  Text,
  useBreakpoint,
} from '@backstage/ui';
import { RiCheckboxCircleLine, RiForbidLine } from '@remixicon/react';
import type { ClusterView } from 'backstage-plugin-kubevirt-snapshots-common';
import { useMemo, type ReactNode } from 'react';
import { useTexts } from '../../translations';
import { Moment } from '../Moment';
import { ToneBadge } from '../StatusBadge';
import sections from '../OperatorSection/OperatorSection.module.css';
import styles from './ClustersPage.module.css';
import { bypassLook, clusterLook } from './looks';

type ColumnId =
  | 'cluster'
  | 'state'
  | 'asOf'
  | 'bypass'
  | 'changes'
  | 'contents';

const WIDE: readonly ColumnId[] = [
  'cluster',
  'state',
  'asOf',
  'bypass',
  'changes',
  'contents',
];

/** On a narrow screen what has no column of its own moves under these. */
const NARROW: readonly ColumnId[] = ['cluster', 'state'];
const UNDER: Partial<Record<ColumnId, readonly ColumnId[]>> = {
  cluster: ['contents', 'asOf'],
  state: ['bypass', 'changes'],
};

function Note({ children }: { children?: ReactNode }) {
  return children ? <p className={styles.note}>{children}</p> : null;
}

function Content(props: { column: ColumnId; cluster: ClusterView }) {
  const { column, cluster } = props;
  const t = useTexts();
  switch (column) {
    case 'cluster':
      return (
        <>
          <Text weight="bold">{cluster.title ?? cluster.name}</Text>
          <Note>{cluster.title && cluster.name}</Note>
        </>
      );
    case 'state': {
      const { icon, tone, text } = clusterLook(cluster.state);
      return (
        <>
          <ToneBadge icon={icon} tone={tone}>
            {t(text)}
          </ToneBadge>
          <Note>{cluster.message}</Note>
        </>
      );
    }
    case 'asOf':
      return cluster.asOf ? (
        <Moment value={cluster.asOf} />
      ) : (
        <Text>{t('clusters.never')}</Text>
      );
    case 'bypass': {
      const { icon, tone, text, todo } = bypassLook(cluster.proxyBypass);
      return (
        <>
          <ToneBadge icon={icon} tone={tone}>
            {t(text)}
          </ToneBadge>
          <Note>{t(todo)}</Note>
        </>
      );
    }
    case 'changes':
      return cluster.mutations.allowed ? (
        <ToneBadge icon={RiCheckboxCircleLine} tone="success">
          {t('clusters.changesOn')}
        </ToneBadge>
      ) : (
        <>
          <ToneBadge icon={RiForbidLine} tone="warning">
            {t('clusters.changesOff')}
          </ToneBadge>
          <Note>{cluster.mutations.reason}</Note>
        </>
      );
    default:
      return (
        <Text>
          {t('clusters.contentsText', {
            vms: String(cluster.vms),
            snapshots: String(cluster.snapshots),
          })}
        </Text>
      );
  }
}

function Title({ column }: { column: ColumnId }) {
  const t = useTexts();
  return <>{t(`clusters.${column}` as const)}</>;
}

/** The clusters with what has to be done about them. */
export function ClustersTable({ clusters }: { clusters: ClusterView[] }) {
  const t = useTexts();
  const wide = useBreakpoint().up('md');
  const columns = useMemo(
    () => (wide ? WIDE : NARROW).map(id => ({ id })),
    [wide],
  );
  const rows = clusters.map(cluster => ({ id: cluster.name, cluster }));
  return (
    <div className={sections.scroll}>
      <TableRoot aria-label={t('clusters.label')}>
        <TableHeader columns={columns}>
          {({ id }) => (
            <Column id={id} isRowHeader={id === 'cluster'}>
              <Title column={id} />
            </Column>
          )}
        </TableHeader>
        <TableBody items={rows} dependencies={[columns]}>
          {({ id: rowId, cluster }) => (
            <Row id={rowId} columns={columns} textValue={cluster.name}>
              {({ id }: { id: ColumnId }) => (
                <Cell className={sections.cell}>
                  <div className={sections.stack}>
                    <Content column={id} cluster={cluster} />
                    {!wide &&
                      UNDER[id]?.map(other => (
                        <div key={other}>
                          <Text color="secondary" variant="body-small">
                            <Title column={other} />
                          </Text>
                          <div>
                            <Content column={other} cluster={cluster} />
                          </div>
                        </div>
                      ))}
                  </div>
                </Cell>
              )}
            </Row>
          )}
        </TableBody>
      </TableRoot>
    </div>
  );
}
