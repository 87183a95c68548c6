import type { GapRow, Row } from '@plumbline/shared/wire';

export interface WaitingRow {
  seq: number;
  row: Row;
  sizeBytes: number;
  /** Entries of the store it stands for: 1, or 0 and more where the disk holds something else than a row. */
  entries: number;
  /** What the disk should hold here cannot be read; the gap in its place stands in no store yet. */
  isDamaged?: true;
}

/** So many gaps stand beside each other at most; then they become one, under the reason that took most rows. */
const MAX_GAPS = 32;

/**
 * Gaps in the place of these neighbouring rows, the oldest of their stream: one, unless rows were lost for other reasons
 * before.
 * @param rows in order of `seq`
 */
export function gapsOver(rows: readonly WaitingRow[], reason: GapRow['reason'], now: number): GapRow[] {
  const gaps: GapRow[] = [];
  for (const { seq, row } of rows) {
    const gap = row.kind === 'gap' ? row : gapOf(seq, seq, { at: now, reason, rowAt: row.at });
    const before = gaps.at(-1);
    if (before?.reason === gap.reason) gaps[gaps.length - 1] = joined(before, gap, now);
    else gaps.push(gap);
  }
  if (gaps.length <= MAX_GAPS) return gaps;
  const largest = gaps.reduce((a, b) => (b.count > a.count ? b : a));
  return [{ ...gaps.reduce((a, b) => joined(a, b, now)), reason: largest.reason }];
}

export function gapOf(
  from: number,
  to: number,
  { at, reason, rowAt }: { at: number; reason: GapRow['reason']; rowAt: number },
): GapRow {
  return { kind: 'gap', at, from, to, count: to - from + 1, reason, firstAt: rowAt, lastAt: rowAt };
}

function joined(a: GapRow, b: GapRow, now: number): GapRow {
  return { ...a, at: now, to: b.to, count: a.count + b.count, lastAt: b.lastAt };
}

/** A gap whose beginning the server turned out to have: it must not declare as lost what was kept. */
export function gapAfter(gap: GapRow, acked: number): GapRow {
  return gap.from > acked ? gap : { ...gap, from: acked + 1, count: gap.to - acked };
}

/** As the server counts: numbers of a stream whose rows kept their keys under a new name. */
export function onTheWire({ seq, row, ...rest }: WaitingRow, base: number): WaitingRow {
  if (base === 0) return { seq, row, ...rest };
  const moved = row.kind === 'gap' ? { ...row, from: row.from - base, to: row.to - base } : row;
  return { ...rest, seq: seq - base, row: moved };
}
