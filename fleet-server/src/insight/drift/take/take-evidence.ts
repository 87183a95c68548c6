import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExampleRow, Row } from '@plumbline/shared/wire';
import {
  and,
  asc,
  driftCursors,
  eq,
  gt,
  hardExamples,
  inArray,
  lte,
  sql,
  streams,
  telemetry,
  type Database,
  type Db,
} from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { archivesOf, type KnownArchive } from './archives.ts';
import { refuse } from './refuse.ts';
import { takeWindow } from './take-window.ts';

export interface TakeDeps {
  database: Database;
  artifacts: ArtifactStore;
  now: () => number;
}

export interface TakenEvidence {
  windows: number;
  examples: number;
  refused: number;
}

type Kept = typeof telemetry.$inferSelect;

/** Rows of one transaction: devices wait for their acknowledgements while it is made. */
const PAGE = 50;
const EVIDENCE = ['window', 'example'] as const satisfies readonly Row['kind'][];

/** Rows of one stream that have not been counted, from behind its cursor on. */
interface Page {
  stream: string;
  from: number;
  /** Up to here nothing of it is left. */
  to: number;
  rows: Kept[];
}

/**
 * Counts the evidence that devices have sent since it was asked last: each window is checked against the reference of
 * its archive and added to its day, or refused with a code. Ingest keeps every row and does not wait for this: commits
 * are small, of many streams each, and others have their turn between them.
 */
export async function takeEvidence(deps: TakeDeps): Promise<TakenEvidence> {
  const taken: TakenEvidence = { windows: 0, examples: 0, refused: 0 };
  let pages: Page[] = [];
  let waiting = 0;
  const commit = async () => {
    const archives = await archivesOf(
      deps,
      pages.flatMap(({ rows }) => rows),
    );
    const all = pages;
    [pages, waiting] = [[], 0];
    await deps.database.transaction(async (tx) => {
      for (const page of all) await takePage(tx, page, archives, deps.now(), taken);
    });
    await nextTurn();
  };
  for await (const page of pagesBehind(deps)) {
    pages.push(page);
    // A stream without evidence costs its cursor.
    waiting += Math.max(1, page.rows.length);
    if (waiting >= PAGE) await commit();
  }
  if (pages.length > 0) await commit();
  return taken;
}

/** Up to what was there at the beginning: rows that come meanwhile are for the next look. */
async function* pagesBehind(deps: TakeDeps): AsyncGenerator<Page> {
  const behind = await deps.database.db
    .select({ stream: streams.id, seq: driftCursors.seq, highWater: streams.highWater })
    .from(streams)
    .leftJoin(driftCursors, eq(driftCursors.stream, streams.id))
    .where(and(eq(streams.class, 'evidence'), sql`${streams.highWater} > coalesce(${driftCursors.seq}, 0)`))
    .orderBy(asc(streams.id));
  for (const { stream, seq, highWater } of behind) {
    for (let from = seq ?? 0; from < highWater;) {
      const rows = await rowsBetween(deps, stream, from, highWater);
      const to = rows.length < PAGE ? highWater : (rows.at(-1)?.seq ?? highWater);
      yield { stream, from, to, rows };
      from = to;
    }
  }
}

async function takePage(
  tx: Db,
  { stream, from, to, rows }: Page,
  archives: ReadonlyMap<string, KnownArchive>,
  now: number,
  taken: TakenEvidence,
): Promise<void> {
  const [cursor] = await tx.select().from(driftCursors).where(eq(driftCursors.stream, stream));
  // Somebody else has taken them.
  if ((cursor?.seq ?? 0) !== from) return;
  for (const row of rows) taken[await takeRow(tx, row, archives, now)] += 1;
  await tx
    .insert(driftCursors)
    .values({ stream, seq: to })
    .onConflictDoUpdate({ target: driftCursors.stream, set: { seq: to } });
}

function rowsBetween({ database }: TakeDeps, stream: string, from: number, to: number): Promise<Kept[]> {
  return database.db
    .select()
    .from(telemetry)
    .where(
      and(
        eq(telemetry.stream, stream),
        gt(telemetry.seq, from),
        lte(telemetry.seq, to),
        inArray(telemetry.kind, EVIDENCE),
      ),
    )
    .orderBy(asc(telemetry.seq))
    .limit(PAGE);
}

async function takeRow(
  tx: Db,
  kept: Kept,
  archives: ReadonlyMap<string, KnownArchive>,
  now: number,
): Promise<keyof TakenEvidence> {
  // It passed its schema when it was taken.
  const row = JSON.parse(kept.body) as Row;
  if (row.kind === 'window') {
    const refusal = await takeWindow(tx, kept, row.window, archives.get(row.window.sha256), now);
    if (refusal === undefined) return 'windows';
    await refuse(
      tx,
      { ...kept, id: `${kept.stream}:${kept.seq}`, line: row.window.model, from: row.window.from },
      refusal,
      now,
    );
    return 'refused';
  }
  const example = row as ExampleRow;
  const known = archives.get(example.sha256);
  if (known === undefined || known.line !== example.line) {
    const about = { ...kept, id: `${kept.stream}:${kept.seq}`, line: example.line, from: example.asOf };
    await refuse(
      tx,
      about,
      { code: 'window_version_unknown', field: 'sha256', expected: 'an archive of its line' },
      now,
    );
    return 'refused';
  }
  await tx
    .insert(hardExamples)
    .values({
      stream: kept.stream,
      seq: kept.seq,
      device: kept.device,
      site: kept.site,
      line: example.line,
      version: known.version,
      activity: example.activity ?? null,
      asOf: example.asOf,
      why: example.why,
      body: kept.body,
      sizeBytes: new TextEncoder().encode(kept.body).length,
      takenAt: now,
    })
    .onConflictDoNothing();
  return 'examples';
}
