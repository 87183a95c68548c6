import type { ReadDb } from '../db/index.ts';
import { CHAIN_START, hashOf, type ChainHead } from './chain.ts';
import type { StoredRow } from './entry.ts';
import { pagesOf } from './pages.ts';

/** The first row that does not hold, and why. */
export interface ChainBreak {
  id: number;
  reason:
    | 'missing' // rows before this one were deleted
    | 'unlinked' // it does not follow from the row before
    | 'edited' // its content does not give its hash
    | 'not-the-known-head'; // rows were cut off the end, or the whole chain was written anew
}

/**
 * Walks the whole chain. `known` are heads kept outside the database (a printed report, another system): without them a
 * chain that was cut short or rewritten from some row on still agrees with itself; with the newest alone, one that was
 * rewritten before that was signed.
 */
export async function verifyChain(
  db: ReadDb,
  known: ChainHead | readonly ChainHead[] = [],
): Promise<ChainBreak | null> {
  return verifyPages(pagesOf(db), known);
}

/** The same of rows that came from elsewhere, in the order of their ids. */
export async function verifyPages(
  pages: AsyncIterable<readonly StoredRow[]> | Iterable<readonly StoredRow[]>,
  known: ChainHead | readonly ChainHead[] = [],
): Promise<ChainBreak | null> {
  const heads = 'id' in known ? [known] : known;
  const byId = Map.groupBy(heads, ({ id }) => id);
  let last = CHAIN_START;
  for await (const page of pages) {
    for (const row of page) {
      const reason =
        breakOf(row, last) ??
        (byId.get(row.id)?.some(({ hash }) => hash !== row.hash) === true ? 'not-the-known-head' : null);
      if (reason !== null) return { id: row.id, reason };
      last = row;
    }
  }
  return heads.some(({ id }) => last.id < id) ? { id: last.id + 1, reason: 'not-the-known-head' } : null;
}

function breakOf(row: StoredRow, before: ChainHead): ChainBreak['reason'] | null {
  if (row.id !== before.id + 1) return 'missing';
  if (row.previousHash !== before.hash) return 'unlinked';
  return hashOf(row) === row.hash ? null : 'edited';
}
