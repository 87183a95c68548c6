import type { SiteLogEntry } from '@plumbline/shared/activity';
import {
  CLASS_OF,
  row as rowSchema,
  type Row,
  type StreamClass,
  type TelemetryAck,
  type TelemetryBatch,
} from '@plumbline/shared/wire';
import {
  eq,
  preparedRead,
  preparedWrite,
  rejectedRows,
  rowsInserter,
  sql,
  streams,
  telemetry,
  type Db,
} from '../../platform/db/index.ts';
import { appendEntries } from '../../sites/activities/index.ts';
import { columnsOf } from './columns.ts';
import { TelemetryError } from './errors.ts';
import { isOwnStream } from './keep-own.ts';

const insertRows = rowsInserter(telemetry);
const insertRejected = rowsInserter(rejectedRows);
const insertStream = rowsInserter(streams);
const streamById = preparedRead<{ id: string }, typeof streams.$inferSelect>((db) =>
  db
    .select()
    .from(streams)
    .where(eq(streams.id, sql.placeholder('id'))),
);

interface Advance extends Record<string, unknown> {
  id: string;
  highWater: number;
  rows: number;
  rejected: number;
  gapped: number;
}

const writeAdvance = preparedWrite<Advance>((db) =>
  db
    .update(streams)
    .set({
      highWater: sql`${sql.placeholder('highWater')}`,
      rows: sql`${sql.placeholder('rows')}`,
      rejected: sql`${sql.placeholder('rejected')}`,
      gapped: sql`${sql.placeholder('gapped')}`,
    })
    .where(eq(streams.id, sql.placeholder('id'))),
);

export interface Incoming {
  site: string;
  device: string;
  batch: TelemetryBatch;
}

type Rejected = typeof rejectedRows.$inferInsert;

/** What became of the rows of a batch, before anything is written. */
interface Sorted {
  highWater: number;
  kept: { seq: number; row: Row }[];
  rejected: Rejected[];
  gapped: number;
  /** Rows that came again. */
  known: number;
}

/** The acknowledgement to send once the transaction has committed, and how many rows were there already. */
export interface Taken {
  ack: TelemetryAck;
  known: number;
}

/**
 * Writes the part of a batch that is new. One high-water mark per stream makes it exactly once: rows up to it are known,
 * a row that does not follow it waits for the one before. A row that fails its schema costs one row.
 */
export async function takeBatch(tx: Db, incoming: Incoming, now: number): Promise<Taken> {
  const { site, device, batch } = incoming;
  const stream = await streamOf(tx, incoming);
  const sorted = sortRows(incoming, stream.highWater, now);
  if (sorted.highWater > stream.highWater) {
    await insertRows(
      tx,
      sorted.kept.map(({ seq, row }) => ({
        stream: batch.stream,
        seq,
        device,
        site,
        kind: row.kind,
        at: row.at,
        ref: row.ref ?? null,
        ...columnsOf(row),
        body: JSON.stringify(row),
        receivedAt: now,
      })),
    );
    if (sorted.rejected.length > 0) await insertRejected(tx, sorted.rejected);
    const entries = sorted.kept.flatMap(({ row }): SiteLogEntry[] => (row.kind === 'entry' ? [row.entry] : []));
    await appendEntries(tx, site, entries, device);
    const advance = {
      id: batch.stream,
      highWater: sorted.highWater,
      rows: stream.rows + sorted.kept.length,
      rejected: stream.rejected + sorted.rejected.length,
      gapped: stream.gapped + sorted.gapped,
    };
    await writeAdvance(tx, [advance]);
  }
  const rejected = sorted.rejected.map(({ seq, code }) => ({ seq, code }));
  return { ack: { stream: batch.stream, upTo: sorted.highWater, rejected }, known: sorted.known };
}

async function streamOf(tx: Db, { site, device, batch }: Incoming): Promise<typeof streams.$inferSelect> {
  const [known] = await streamById(tx, { id: batch.stream });
  if (known === undefined && !isOwnStream(batch.stream)) {
    const fresh = { id: batch.stream, device, site, class: batch.class, highWater: 0, rows: 0, rejected: 0, gapped: 0 };
    await insertStream(tx, [fresh]);
    return fresh;
  }
  if (known?.device !== device) {
    throw new TelemetryError('stream_foreign', `stream ${batch.stream} belongs to another device`, {
      kind: 'forbidden',
      field: 'stream',
    });
  }
  if (known.class !== batch.class) {
    throw new TelemetryError('stream_class_changed', `stream ${batch.stream} is of class ${known.class}`, {
      field: 'class',
      expected: known.class,
    });
  }
  return known;
}

function sortRows({ device, batch }: Incoming, from: number, now: number): Sorted {
  const sorted: Sorted = { highWater: from, kept: [], rejected: [], gapped: 0, known: 0 };
  for (const [seq, body] of batch.rows) {
    if (seq <= from) sorted.known += 1;
    if (seq <= sorted.highWater) continue;
    const parsed = rowSchema.safeParse(body);
    const row = parsed.success ? parsed.data : undefined;
    // A gap record stands at the end of the range it speaks for, which may begin before what is known already.
    const gap = row?.kind === 'gap' && row.to === seq && row.from <= seq ? row : undefined;
    if ((gap?.from ?? seq) > sorted.highWater + 1) break;
    const fault = faultOf(parsed, gap, batch.class);
    if (row === undefined || fault !== undefined) {
      sorted.rejected.push({
        stream: batch.stream,
        seq,
        device,
        code: 'row_malformed',
        field: fault ?? 'row',
        receivedAt: now,
      });
    } else {
      sorted.kept.push({ seq, row });
      if (gap !== undefined) sorted.gapped += seq - sorted.highWater;
    }
    sorted.highWater = seq;
  }
  return sorted;
}

/** Field at fault of a row that is not taken: its schema, a gap that does not end where it stands, another class. */
function faultOf(
  parsed: ReturnType<typeof rowSchema.safeParse>,
  gap: Row | undefined,
  streamClass: StreamClass,
): string | undefined {
  if (!parsed.success) return parsed.error.issues[0]?.path.join('.') ?? 'row';
  const { kind } = parsed.data;
  if (kind === 'gap') return gap === undefined ? 'to' : undefined;
  return CLASS_OF[kind] === streamClass ? undefined : 'kind';
}
