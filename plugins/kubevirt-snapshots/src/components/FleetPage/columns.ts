// SPDX-License-Identifier: Apache-2.0
import { useBreakpoint } from '@backstage/ui';

/** Columns in their order. */
export type ColumnId =
  | 'name'
  | 'owner'
  | 'place'
  | 'state'
  | 'lastSnapshot'
  | 'nextRun'
  | 'actions';

const ALL: readonly ColumnId[] = [
  'name',
  'owner',
  'place',
  'state',
  'lastSnapshot',
  'nextRun',
  'actions',
];
const MEDIUM: readonly ColumnId[] = [
  'name',
  'state',
  'lastSnapshot',
  'actions',
];
const NARROW: readonly ColumnId[] = ['name', 'lastSnapshot', 'actions'];

/** Columns that fit; on a narrow screen their content moves under the name. */
export function useColumns(): readonly ColumnId[] {
  const { up } = useBreakpoint();
  if (up('md')) {
    return ALL;
  }
  return up('xs') ? MEDIUM : NARROW;
}
