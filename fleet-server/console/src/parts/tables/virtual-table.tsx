import { Box, Skeleton, UnstyledButton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';

export interface Column<Row> {
  key: string;
  title: string;
  /** As in `grid-template-columns`. */
  width: string;
  cell: (row: Row) => ReactNode;
  align?: 'right';
  sortable?: boolean;
}

export interface VirtualTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** All there are, whether loaded or not: what a reader of the screen is told. */
  total?: number;
  onOpen?: (row: Row) => void;
  /** The end of what is loaded comes into view. */
  onEnd?: () => void;
  isLoading?: boolean;
  sort?: { key: string; isDescending: boolean } | undefined;
  onSort?: (key: string) => void;
  height?: string;
}

const ROW_PX = 44;
const SKELETONS = 8;

/** A table of any length: only the rows in view are in the page. Arrows move, Enter opens. */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { label, columns, rows, keyOf, total, onOpen, onEnd, isLoading = false, sort, onSort, height } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const template = columns.map(({ width }) => width).join(' ');
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= rows.length - 1 && rows.length > 0) onEnd?.();
  }, [last, rows.length, onEnd]);

  const move = (event: KeyboardEvent<HTMLElement>, index: number) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 }[event.key];
    if (event.key === 'Enter' && rows[index] !== undefined) onOpen?.(rows[index]);
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, index + step));
    virtual.scrollToIndex(next);
    // The row may only now come into being.
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus());
  };

  return (
    <Box
      ref={scroller}
      fz="sm"
      role="table"
      aria-label={label}
      aria-rowcount={(total ?? rows.length) + 1}
      aria-busy={isLoading}
      tabIndex={rows.length === 0 ? 0 : -1}
      style={{ overflow: 'auto', height: height ?? 'calc(100dvh - 18rem)', minHeight: 260 }}
    >
      <div role="rowgroup" className="grid-head">
        <div role="row" style={{ display: 'grid', gridTemplateColumns: template, gap: 12, padding: '8px 12px' }}>
          {columns.map((column) => (
            <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {shown.map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={keyOf(row)}
              role="row"
              aria-rowindex={index + 2}
              data-index={index}
              data-link={onOpen !== undefined}
              tabIndex={index === 0 ? 0 : -1}
              className="grid-row"
              onClick={() => onOpen?.(row)}
              onKeyDown={(event) => move(event, index)}
              style={{
                display: 'grid',
                gridTemplateColumns: template,
                gap: 12,
                padding: '0 12px',
                alignItems: 'center',
                position: 'absolute',
                top: 0,
                left: 0,
                right: 0,
                height: ROW_PX,
                transform: `translateY(${start}px)`,
              }}
            >
              {columns.map((column) => (
                <div key={column.key} role="cell" className="cell" style={{ textAlign: column.align ?? 'left' }}>
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
      {isLoading && <Loading columns={columns.length} />}
    </Box>
  );
}

function Heading<Row>({
  column: { key, title, align, sortable = false },
  sort,
  onSort,
}: {
  column: Column<Row>;
  sort: VirtualTableProps<Row>['sort'];
  onSort: VirtualTableProps<Row>['onSort'];
}) {
  const isSorted = sort?.key === key;
  const order = !isSorted ? 'none' : sort.isDescending ? 'descending' : 'ascending';
  return (
    <div role="columnheader" className="cell" aria-sort={order} style={{ textAlign: align ?? 'left' }}>
      {sortable && onSort !== undefined ? (
        <UnstyledButton onClick={() => onSort(key)} fz="sm" fw={600}>
          {title}{' '}
          {isSorted && (sort.isDescending ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />)}
        </UnstyledButton>
      ) : (
        title
      )}
    </div>
  );
}

function Loading({ columns }: { columns: number }) {
  return (
    <div aria-hidden>
      {Array.from({ length: SKELETONS }, (_, row) => (
        <div key={row} style={{ display: 'flex', gap: 12, padding: '12px' }}>
          {Array.from({ length: columns }, (__, column) => (
            <Skeleton key={column} height={16} />
          ))}
        </div>
      ))}
    </div>
  );
}
