import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { createVirtualClock } from '../../shared/src/testing/index.ts';
import { openDatabase, rowsInserter } from '../../fleet-server/src/platform/db/index.ts';
import { startPostgres } from '../harness/services/index.ts';
import { history, samples } from './samples.ts';

/**
 * Rows per second of `rowsInserter` in transactions of 2 000 rows, beside bare better-sqlite3 with the same rows, the
 * same durability and the same schema, in interleaved pairs. Run with `node test/contracts/insert-rate.ts`.
 */
const ROWS = 2_000;
const TRANSACTIONS = 20;
const PAIRS = 7;

let next = 0;
const rowsOf = () =>
  Array.from({ length: ROWS }, () => {
    const id = (next += 1);
    return { id, site: `site-${id % 50}`, ratio: id / 7, body: new Uint8Array(48).fill(id), note: null };
  });
const batchesOf = (count: number) => Array.from({ length: count }, rowsOf);
type Batch = ReturnType<typeof rowsOf>;

async function rate(batches: Batch[], insertBatch: (rows: Batch) => unknown): Promise<number> {
  const start = performance.now();
  for (const rows of batches) await insertBatch(rows);
  return (batches.length * ROWS * 1_000) / (performance.now() - start);
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const shown = (value: number) => Math.round(value).toLocaleString('en');

const folder = await mkdtemp(join(tmpdir(), 'plumbline-rate-'));
const insert = rowsInserter(samples);
const ours = await openDatabase({ url: `sqlite:${join(folder, 'ours.db')}`, clock: createVirtualClock() }, history);
await (await openDatabase({ url: `sqlite:${join(folder, 'bare.db')}`, clock: createVirtualClock() }, history)).close();
const bare = new Sqlite(join(folder, 'bare.db'));
bare.pragma('synchronous = FULL');
const bareInsert = bare.prepare('insert into samples (id, site, ratio, body, note) values (?, ?, ?, ?, ?)');
const bareBatch = bare.transaction((rows: Batch) => {
  for (const { id, site, ratio, body, note } of rows) bareInsert.run(id, site, ratio, body, note);
});

const pairs: { ours: number; bare: number }[] = [];
for (let pair = 0; pair < PAIRS; pair += 1) {
  const batches = batchesOf(TRANSACTIONS);
  const oursFirst = pair % 2 === 0;
  const runOurs = () => rate(batches, (rows) => ours.transaction((tx) => insert(tx, rows)));
  const first = oursFirst ? await runOurs() : await rate(batches, bareBatch);
  const second = oursFirst ? await rate(batches, bareBatch) : await runOurs();
  pairs.push(oursFirst ? { ours: first, bare: second } : { ours: second, bare: first });
}
const ratios = pairs.map((pair) => pair.ours / pair.bare);
console.log(`SQLite: ours ${shown(median(pairs.map((pair) => pair.ours)))} rows/s`);
console.log(`SQLite: bare ${shown(median(pairs.map((pair) => pair.bare)))} rows/s`);
console.log(
  `ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}), wanted 0.60`,
);
await ours.close();
bare.close();
await rm(folder, { recursive: true });

const postgres = await startPostgres();
if (postgres.reason === undefined) {
  const database = await openDatabase(
    { url: await postgres.service.freshDatabase(), clock: createVirtualClock() },
    history,
  );
  const reached = await rate(batchesOf(TRANSACTIONS), (rows) => database.transaction((tx) => insert(tx, rows)));
  console.log(`PostgreSQL: ours ${shown(reached)} rows/s`);
  await database.close();
  await postgres.service.remove();
} else {
  console.log(`PostgreSQL: not measured, ${postgres.reason}`);
}
