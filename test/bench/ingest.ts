import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { createNodeClock } from '@plumbline/agent/node';
import { decodeMessage, telemetryBatch } from '@plumbline/shared/wire';
import { inflateRawSync } from 'node:zlib';
import { createIngest, type Incoming, type Ingest } from '../../fleet-server/src/insight/telemetry/index.ts';
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
    const sides = { room, bare, sent };
    yield figureOf(questionOf('one batch of 500 a commit'), await measure(sides, { together: 1 }));
    yield figureOf(questionOf('8 devices at once, 4,000 rows a commit'), await measure(sides, { together: 8 }));
    const { budget: _, ...question } = questionOf('one batch of 500, its frame opened before');
    yield figureOf(question, await measure(sides, { together: 1, opened: true }));
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

interface Sides {
  room: Ingest;
  bare: Sqlite.Database;
  sent: Record<'ours' | 'bare', Traffic>;
}

interface Load {
  /** Batches that share a commit. */
  together: number;
  /** Leaves inflating and decoding out of the time, to see what they cost. */
  opened?: boolean;
}

async function measure({ room, bare, sent }: Sides, { together, opened = false }: Load): Promise<Pair[]> {
  const insert = bare.prepare(
    `insert into telemetry (${COLUMNS.join(', ')}) values (${COLUMNS.map(() => '?').join(', ')})`,
  );
  const insertAll = bare.transaction((rows: unknown[][]) => {
    for (const row of rows) insert.run(row);
  });
  return measurePairs(PAIRS, {
    ours: async () => {
      const batches = sent.ours.next(BATCHES, BATCH_ROWS).map((batch) => {
        if (!opened) return () => open(batch);
        const incoming = open(batch);
        return () => incoming;
      });
      const groups = chunks(batches, together);
      return rateOf(async () => {
        for (const group of groups) await Promise.all(group.map((incoming) => take(room, incoming())));
      });
    },
    bare: () => {
      const groups = chunks(sent.bare.next(BATCHES, BATCH_ROWS), together).map((group) => group.flatMap(valuesOf));
      return rateOf(async () => groups.forEach((rows) => insertAll(rows)));
    },
  });
}

/** As the server opens frames. */
const inflate = (body: Uint8Array, maxBytes: number) => inflateRawSync(body, { maxOutputLength: maxBytes });

/** The message inside a frame, as the handler of the channel reads it. */
function open({ site, device, frame }: SentBatch): Incoming {
  return { site, device, batch: decodeMessage(telemetryBatch, frame, inflate) };
}

async function take(room: Ingest, incoming: Incoming): Promise<void> {
  const { upTo } = await room.take(incoming);
  if (upTo === incoming.batch.rows.at(-1)?.[0]) return;
  throw new RangeError('a batch was not taken whole: the figure would be of other rows');
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
