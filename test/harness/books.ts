import { systemClock } from '../../fleet-server/src/platform/adapters/index.ts';
import { exportPage, listStreams } from '../../fleet-server/src/insight/telemetry/index.ts';
import { openDatabase, type Database } from '../../fleet-server/src/platform/db/index.ts';

/** What a database holds of what devices sent, counted from the rows themselves. */
export interface Books {
  /** Times each caller's reference is there. */
  refs: Map<string, number>;
  /** Times each activity was predicted, by `activity asOf sha256`. */
  predictions: Map<string, number>;
  rows: number;
  /** Numbers below a stream's mark under which nothing is kept, rejected or declared as dropped. */
  holes: number;
  highWater: Map<string, number>;
}

const PAGE = 5000;

export async function readBooks(database: Pick<Database, 'db'>): Promise<Books> {
  const books: Books = { refs: new Map(), predictions: new Map(), rows: 0, holes: 0, highWater: new Map() };
  for (let after = { stream: '', seq: 0 }; ;) {
    const page = await exportPage(database.db, after, PAGE);
    for (const row of page) {
      books.rows += 1;
      if (row.ref !== null) count(books.refs, row.ref);
      if (row.kind === 'prediction') count(books.predictions, `${row.activity} ${row.asOf} ${row.sha256}`);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last;
  }
  for (const { id, highWater, rows, rejected, gapped } of await listStreams(database.db)) {
    books.highWater.set(id, highWater);
    books.holes += highWater - rows - rejected - gapped;
  }
  return books;
}

/** The books of a server that does not run any more. */
export async function readBooksOf(databaseUrl: string): Promise<Books> {
  const database = await openDatabase({ url: databaseUrl, clock: systemClock });
  try {
    return await readBooks(database);
  } finally {
    await database.close();
  }
}

export interface Balance {
  lost: number;
  doubled: number;
  holes: number;
}

/**
 * Both sides of the books: what devices acknowledged to their callers, and what they gave a number to, against what
 * is kept.
 */
export function balance(
  books: Books,
  acknowledged: { refs: Iterable<string>; streams: Iterable<{ stream: string; lastSeq: number }> },
): Balance {
  const missing = [...acknowledged.refs].filter((ref) => !books.refs.has(ref)).length;
  const behind = [...acknowledged.streams].reduce(
    (sum, { stream, lastSeq }) => sum + lastSeq - (books.highWater.get(stream) ?? 0),
    0,
  );
  const twice = [...books.refs.values(), ...books.predictions.values()].reduce((sum, times) => sum + times - 1, 0);
  return { lost: missing + behind, doubled: twice, holes: books.holes };
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
