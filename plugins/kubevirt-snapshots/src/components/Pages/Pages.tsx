// SPDX-License-Identifier: Apache-2.0
import { TablePagination } from '@backstage/ui';
import { useTexts } from '../../translations';

/** Leads from page to page; nothing where there is only one. */
export function Pages(props: {
  offset: number;
  limit: number;
  totalItems: number;
  /** Counted from 1. */
  page: number;
  onPage: (page: number) => void;
}) {
  const { offset, limit, totalItems, page, onPage } = props;
  const t = useTexts();
  const hasNextPage = offset + limit < totalItems;
  if (!hasNextPage && offset === 0) {
    return null;
  }
  return (
    <TablePagination
      pageSize={limit}
      pageSizeOptions={[]}
      offset={offset}
      totalCount={totalItems}
      hasNextPage={hasNextPage}
      hasPreviousPage={offset > 0}
      onNextPage={() => onPage(page + 1)}
      onPreviousPage={() => onPage(Math.max(1, page - 1))}
      getLabel={() =>
        t('table.pageLabel', {
          from: String(Math.min(offset + 1, totalItems)),
          to: String(Math.min(offset + limit, totalItems)),
          total: String(totalItems),
        })
      }
    />
  );
}
