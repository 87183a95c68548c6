import { Box, Table, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';

export interface DataColumn<Row> {
  key: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers: to the right, digits of one width, on one line. */
  align?: 'right';
  /** Dates and names that are not to be broken over lines. */
  isOneLine?: boolean;
  /** The cell that names the row. */
  isHeading?: boolean;
}

export interface DataTableProps<Row> {
  /** What the table holds, for whoever cannot see where it stands. */
  caption: string;
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  minWidth?: number;
}

/** A table that is read as a whole; a long one is a VirtualTable. It scrolls sideways on its own where it is too wide. */
export function DataTable<Row>({ caption, columns, rows, keyOf, minWidth = 0 }: DataTableProps<Row>) {
  return (
    <Box role="region" aria-label={caption} tabIndex={0} style={{ overflowX: 'auto' }}>
      <Table verticalSpacing="xs" fz="sm" style={{ minWidth }}>
        <caption style={{ captionSide: 'top', padding: 0 }}>
          <VisuallyHidden>{caption}</VisuallyHidden>
        </caption>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ key, title, align }) => (
              <Table.Th key={key} scope="col" ta={align ?? 'left'}>
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={keyOf(row)}>
              {columns.map(({ key, cell, align, isHeading, isOneLine }) =>
                isHeading === true ? (
                  <Table.Th key={key} scope="row" ta={align ?? 'left'} fw={500}>
                    {cell(row)}
                  </Table.Th>
                ) : (
                  <Table.Td
                    key={key}
                    ta={align ?? 'left'}
                    className={align === 'right' ? 'tabular' : ''}
                    style={{ whiteSpace: align === 'right' || isOneLine === true ? 'nowrap' : 'normal' }}
                  >
                    {cell(row)}
                  </Table.Td>
                ),
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}
