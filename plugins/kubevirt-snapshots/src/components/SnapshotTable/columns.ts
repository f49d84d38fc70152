// SPDX-License-Identifier: Apache-2.0
import { useBreakpoint } from '@backstage/ui';

/** Columns in their order. */
export type ColumnId =
  | 'name'
  | 'created'
  | 'status'
  | 'consistency'
  | 'createdBy'
  | 'actions';

const ALL: readonly ColumnId[] = [
  'name',
  'created',
  'status',
  'consistency',
  'createdBy',
  'actions',
];
const MEDIUM: readonly ColumnId[] = ['name', 'created', 'status', 'actions'];
const NARROW: readonly ColumnId[] = ['name', 'status', 'actions'];

/** Columns that fit; on a narrow screen their content moves into others. */
export function useColumns(): readonly ColumnId[] {
  const { up } = useBreakpoint();
  if (up('md')) {
    return ALL;
  }
  return up('xs') ? MEDIUM : NARROW;
}
