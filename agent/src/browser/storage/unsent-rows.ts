import type { Store } from '../../ports/index.ts';
import { rowKey } from '../../store/keys.ts';

/** Classes that people fill: entries and the photos beside them. */
export const PEOPLES = ['entries', 'photos'] as const;

const PAGE = 100;

/** Rows of people that the server has not confirmed, oldest first within their class, as they are stored: JSON. */
export async function* unsentRows(store: Store, of: (typeof PEOPLES)[number]): AsyncGenerator<Uint8Array> {
  const to = rowKey(of, Number.MAX_SAFE_INTEGER);
  for (let from = rowKey(of, 0); ;) {
    const page = await store.scan({ from, to, limit: PAGE });
    for (const [, row] of page) yield row;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    from = `${last[0]}\0`;
  }
}

/** All of them as NDJSON, for a person who carries them to the office by hand. @throws StoreError */
export async function exportUnsent(store: Store): Promise<Blob> {
  const parts: (Uint8Array<ArrayBuffer> | string)[] = [];
  for (const of of PEOPLES) for await (const row of unsentRows(store, of)) parts.push(row.slice(), '\n');
  return new Blob(parts, { type: 'application/x-ndjson' });
}
