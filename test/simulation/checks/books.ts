import type { Row } from '@plumbline/shared/wire';
import { rejectedRows, type Database } from '../../../fleet-server/src/platform/db/index.ts';
import { exportPage, listStreams } from '../../../fleet-server/src/insight/telemetry/index.ts';
import { pageOf } from '../../../fleet-server/src/sites/activities/index.ts';
import { SITE } from '../../../agent/src/testing/mint.ts';
import type { Ledger } from './ledger.ts';
import { canonical, type RowHistory } from './rows.ts';

interface Kept {
  row: Row;
  said: string;
}

/**
 * Both sides of the books after everything has drained: what the device made durable against what the server keeps.
 * The rows themselves are compared; what either side counts for itself is not asked.
 */
export async function compareBooks(database: Database, history: RowHistory, ledger: Ledger): Promise<{ rows: number }> {
  const kept = new Map<string, Kept>();
  const gaps = new Map<string, { from: number; to: number }[]>();
  for (const { stream, seq, body } of await exportPage(database.db, { stream: '', seq: 0 }, 1_000_000)) {
    const row = JSON.parse(body) as Row;
    kept.set(`${stream}#${seq}`, { row, said: canonical(row) });
    if (row.kind === 'gap') gaps.set(stream, [...(gaps.get(stream) ?? []), row]);
  }
  compareRows(kept, gaps, history, ledger);
  comparePeople(kept, history, ledger);
  findDoubles(kept, ledger);
  for (const { stream, seq, field } of await database.db.select().from(rejectedRows)) {
    ledger.add('lost', `${stream}#${seq} was rejected for its ${field}`);
  }
  for (const { id, highWater, rows, rejected, gapped } of await listStreams(database.db)) {
    const holes = highWater - rows - rejected - gapped + (gaps.get(id)?.length ?? 0);
    if (holes !== 0) ledger.add('lost', `stream ${id}: ${holes} numbers below its mark are neither kept nor declared`);
  }
  await compareSiteLog(database, kept, ledger);
  return { rows: kept.size };
}

function compareRows(
  kept: ReadonlyMap<string, Kept>,
  gaps: ReadonlyMap<string, { from: number; to: number }[]>,
  history: RowHistory,
  ledger: Ledger,
): void {
  const durable = history.durable();
  if (kept.size > 0 && durable.size === 0)
    ledger.add('invented', 'the server holds rows and the device made none durable');
  for (const [name, said] of durable) {
    const found = kept.get(name);
    if (found !== undefined) {
      // The server may hold the row although the device gave it up: then its acknowledgement was lost.
      if (found.said !== said && !history.gapsAt(name).has(found.said))
        ledger.add('invented', `${name}: ${found.said.slice(0, 160)} instead of ${said.slice(0, 160)}`);
      continue;
    }
    const [stream = '', seq = '0'] = name.split('#');
    const isDeclared = gaps.get(stream)?.some(({ from, to }) => from <= Number(seq) && Number(seq) <= to) === true;
    if (!isDeclared) ledger.add('lost', `${name}: ${said.slice(0, 160)}`);
    else if (!history.dropped().has(name))
      ledger.add('gap_wrong', `${name} is declared as lost, and the device kept it`);
  }
  for (const [name, { said }] of kept) {
    if (!durable.has(name) && !history.gapsAt(name).has(said)) ledger.add('invented', `${name}: ${said.slice(0, 160)}`);
  }
}

/** What people were told is kept, by the reference they gave. */
function comparePeople(kept: ReadonlyMap<string, Kept>, history: RowHistory, ledger: Ledger): void {
  const times = new Map<string, number>();
  for (const { row } of kept.values()) if (row.ref !== undefined) times.set(row.ref, (times.get(row.ref) ?? 0) + 1);
  for (const ref of history.refs()) if (!times.has(ref)) ledger.add('lost', `ref ${ref} was acknowledged to a person`);
  for (const [ref, count] of times) if (count > 1) ledger.add('doubled', `ref ${ref} stands there ${count} times`);
}

/** The same prediction under two numbers; each carries the moment it was made. */
function findDoubles(kept: ReadonlyMap<string, Kept>, ledger: Ledger): void {
  const seen = new Map<string, string>();
  for (const [name, { row, said }] of kept) {
    if (row.kind !== 'prediction' && row.kind !== 'entry') continue;
    const before = seen.get(said);
    if (before !== undefined) ledger.add('doubled', `${before} and ${name}: ${said.slice(0, 160)}`);
    seen.set(said, name);
  }
}

/** Every entry that arrived as a row stands in the log of the site, once. */
async function compareSiteLog(database: Database, kept: ReadonlyMap<string, Kept>, ledger: Ledger): Promise<void> {
  const { entries } = await pageOf(database.db, SITE, 0, 1_000_000);
  const times = new Map<string, number>();
  for (const { id } of entries) times.set(id, (times.get(id) ?? 0) + 1);
  for (const [id, count] of times)
    if (count > 1) ledger.add('doubled', `entry ${id} stands in the site log ${count} times`);
  for (const { row } of kept.values()) {
    if (row.kind === 'entry' && !times.has(row.entry.id))
      ledger.add('lost', `entry ${row.entry.id} is not in the site log`);
  }
}
