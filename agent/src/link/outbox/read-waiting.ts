import { row as rowSchema, type GapRow, type Row, type StreamClass } from '@plumbline/shared/wire';
import type { Store } from '../../ports/index.ts';
import { readStored } from '../../store/json.ts';
import { rowKey, seqOfRowKey } from '../../store/keys.ts';
import { gapAfter, gapOf, type WaitingRow } from './gap.ts';
import type { StreamHead } from './head.ts';

const PAGE = 1000;

/**
 * Rows of a stream that wait, from the oldest, until `enough` of them were seen. They are contiguous whatever the disk
 * holds: what cannot be read, or is not there, comes as a gap `quarantined`, so that it costs its own rows and no more.
 */
export async function readWaiting(
  store: Store,
  of: StreamClass,
  head: StreamHead,
  now: number,
  enough: (rows: WaitingRow[]) => boolean,
): Promise<WaitingRow[]> {
  const rows: WaitingRow[] = [];
  let expected = head.acked + 1;

  const damaged = (to: number, found?: Uint8Array) => {
    const rowAt = (found && writtenAt(found)) ?? rows.at(-1)?.row.at ?? now;
    const gap = gapOf(expected, to, { at: now, reason: 'quarantined', rowAt });
    const [sizeBytes, entries] = found === undefined ? [0, 0] : [found.length, 1];
    const before = rows.at(-1);
    if (before?.isDamaged && before.row.kind === 'gap') {
      const all: GapRow = { ...before.row, to, count: before.row.count + gap.count, lastAt: gap.lastAt };
      rows[rows.length - 1] = {
        seq: to,
        row: all,
        sizeBytes: before.sizeBytes + sizeBytes,
        entries: before.entries + entries,
        isDamaged: true,
      };
    } else rows.push({ seq: to, row: gap, sizeBytes, entries, isDamaged: true });
    expected = to + 1;
  };

  while (expected < head.nextSeq) {
    const begun = expected;
    const page = await store.scan({ from: rowKey(of, expected), to: rowKey(of, head.nextSeq), limit: PAGE });
    for (const [key, bytes] of page) {
      const seq = seqOfRowKey(key);
      if (!(seq >= expected && seq < head.nextSeq)) continue;
      const row = parsed(key, seq, bytes);
      const from = row?.kind === 'gap' ? row.from : seq;
      if (row === undefined) damaged(seq, bytes);
      else {
        if (from > expected) damaged(from - 1);
        const kept = row.kind === 'gap' ? gapAfter(row, expected - 1) : row;
        rows.push({ seq, row: kept, sizeBytes: bytes.length, entries: 1 });
        expected = seq + 1;
      }
      if (enough(rows)) return rows;
    }
    if ((page.length < PAGE || expected === begun) && expected < head.nextSeq) damaged(head.nextSeq - 1);
  }
  return rows;
}

function parsed(key: string, seq: number, bytes: Uint8Array): Row | undefined {
  try {
    const row = readStored(key, bytes, rowSchema);
    return row.kind === 'gap' && (row.to !== seq || row.from > seq) ? undefined : row;
  } catch {
    return undefined;
  }
}

/** When an unreadable row was made, as far as that can still be read. */
function writtenAt(bytes: Uint8Array): number | undefined {
  const digits = /"at":(\d{1,15})[,}]/.exec(new TextDecoder().decode(bytes))?.[1];
  return digits === undefined ? undefined : Number(digits);
}
