import { countTelemetry, exportPage, listStreams } from '../../../insight/telemetry/index.ts';
import { viewOf } from './sites.ts';
import type { Stage } from '../stage.ts';

const PAGE = 5000;

/**
 * The books of the run, from both sides: every outcome a device acknowledged must be in the database once, every stream
 * must be without holes up to what its device gave out, and nothing may be there twice.
 */
export async function balance(stage: Stage): Promise<void> {
  const { fleet } = stage.server;
  const { db } = fleet.database;
  const refs = new Map<string, number>();
  const predictions = new Map<string, number>();
  let after = { stream: '', seq: 0 };
  for (;;) {
    const page = await exportPage(db, after, PAGE);
    for (const row of page) {
      if (row.kind === 'entry' && row.ref !== null) count(refs, row.ref);
      if (row.kind === 'prediction') count(predictions, `${row.stream} ${row.activity} ${row.sha256} ${row.asOf}`);
    }
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    after = last;
  }
  const missing = [...stage.recorded].filter((ref) => !refs.has(ref)).length;
  const twice = [...refs.values(), ...predictions.values()].reduce((sum, times) => sum + times - 1, 0);
  const lost = missing + (await holes(stage));
  const counts = await countTelemetry(db);
  Object.assign(stage.teller.report.telemetry, {
    lost,
    doubled: twice,
    rows: counts.rows,
    byKind: counts.byKind,
    sentAgain: fleet.ingest.repeated(),
    declaredDropped: counts.gapped,
  });
}

/** Rows a device gave a number to that the server neither has nor was told of as dropped. */
async function holes(stage: Stage): Promise<number> {
  const streams = new Map((await listStreams(stage.server.fleet.database.db)).map((one) => [one.id, one]));
  let missing = 0;
  for (const agent of stage.agents) {
    for (const { stream, lastSeq } of Object.values((await viewOf(agent)).outbox)) {
      missing += Math.max(0, lastSeq - (streams.get(stream)?.highWater ?? 0));
    }
  }
  return missing;
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
