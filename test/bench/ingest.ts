import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { createNodeClock } from '@plumbline/agent/node';
import { decodeMessage, telemetryBatch } from '@plumbline/shared/wire';
import { createIngest, type Ingest } from '../../fleet-server/src/insight/telemetry/index.ts';
import { openDatabase } from '../../fleet-server/src/platform/db/index.ts';
import { createTraffic, type SentBatch, type Traffic } from './material/telemetry.ts';
import { figureOf, type Figure } from './measure/figure.ts';
import { measurePairs, type Pair } from './measure/pairs.ts';

const BATCH_ROWS = 500;
const BATCHES = 16;
const PAIRS = 21;
const COLUMNS = 'stream seq device site kind at ref activity line version sha256 as_of score body received_at'.split(
  ' ',
);

/**
 * Telemetry from the frame on the wire to the commit (SQLite, WAL, synchronous FULL), beside bare better-sqlite3 that
 * is handed the finished column values and inserts them in transactions of the same size.
 */
export async function* ingest(): AsyncGenerator<Figure> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  const clock = createNodeClock();
  const ours = await openDatabase({ url: `sqlite:${join(folder, 'ours.db')}`, clock });
  // The same migrations make the same tables and indexes.
  await (await openDatabase({ url: `sqlite:${join(folder, 'bare.db')}`, clock })).close();
  const bare = new Sqlite(join(folder, 'bare.db'));
  bare.pragma('synchronous = FULL');
  const room = createIngest({ database: ours, now: clock.now });
  const sent = { ours: createTraffic(1), bare: createTraffic(1) };
  try {
    yield figureOf(questionOf('one batch of 500 a commit'), await measure(room, bare, sent, 1));
    yield figureOf(questionOf('8 devices at once, 4,000 rows a commit'), await measure(room, bare, sent, 8));
  } finally {
    await room.close();
    await ours.close();
    bare.close();
    await rm(folder, { recursive: true });
  }
}

function questionOf(name: string) {
  const budget = { rule: 'at least', limit: 0.6 } as const;
  return { name, unit: 'rows/s', against: 'bare inserts', by: 'ratio', budget } as const;
}

/** @param together batches that share a commit */
async function measure(
  room: Ingest,
  bare: Sqlite.Database,
  sent: Record<'ours' | 'bare', Traffic>,
  together: number,
): Promise<Pair[]> {
  const insert = bare.prepare(
    `insert into telemetry (${COLUMNS.join(', ')}) values (${COLUMNS.map(() => '?').join(', ')})`,
  );
  const insertAll = bare.transaction((rows: unknown[][]) => {
    for (const row of rows) insert.run(row);
  });
  return measurePairs(PAIRS, {
    ours: async () => {
      const groups = chunks(sent.ours.next(BATCHES, BATCH_ROWS), together);
      return rateOf(async () => {
        for (const group of groups) await Promise.all(group.map((batch) => take(room, batch)));
      });
    },
    bare: () => {
      const groups = chunks(sent.bare.next(BATCHES, BATCH_ROWS), together).map((group) => group.flatMap(valuesOf));
      return rateOf(async () => groups.forEach((rows) => insertAll(rows)));
    },
  });
}

async function take(room: Ingest, { site, device, frame, rows }: SentBatch): Promise<void> {
  const { upTo } = await room.take({ site, device, batch: decodeMessage(telemetryBatch, frame) });
  if (upTo !== rows.at(-1)?.[0]) throw new RangeError('a batch was not taken whole: the figure would be of other rows');
}

function valuesOf({ site, device, stream, rows }: SentBatch): unknown[][] {
  return rows.map(([seq, row]) => {
    const { kind, at, ref, activity, line, version, sha256, asOf, score } = row;
    return [
      stream,
      seq,
      device,
      site,
      kind,
      at,
      ref,
      activity,
      line,
      version,
      sha256,
      asOf,
      score,
      JSON.stringify(row),
      at,
    ];
  });
}

async function rateOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (BATCHES * BATCH_ROWS * 1000) / (performance.now() - start);
}

function chunks<T>(values: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}
