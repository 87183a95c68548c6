import type { GapRow, Row } from '@plumbline/shared/wire';

export interface WaitingRow {
  seq: number;
  row: Row;
  sizeBytes: number;
}

/**
 * One gap in the place of these neighbouring rows, the oldest of their stream; a gap among them is taken up in it.
 * @param rows in order of `seq`, at least one
 */
export function gapOver(rows: readonly WaitingRow[], reason: GapRow['reason'], now: number): GapRow | undefined {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    kind: 'gap',
    at: now,
    from: first.row.kind === 'gap' ? first.row.from : first.seq,
    to: last.seq,
    count: rows.reduce((total, { row }) => total + (row.kind === 'gap' ? row.count : 1), 0),
    reason,
    firstAt: first.row.kind === 'gap' ? first.row.firstAt : first.row.at,
    lastAt: last.row.kind === 'gap' ? last.row.lastAt : last.row.at,
  };
}

/** A gap whose beginning the server turned out to have: it must not declare as lost what was kept. */
export function gapAfter(gap: GapRow, acked: number): GapRow {
  return gap.from > acked ? gap : { ...gap, from: acked + 1, count: gap.to - acked };
}
