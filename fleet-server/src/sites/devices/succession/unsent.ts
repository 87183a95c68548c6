import { deviceReport } from '@plumbline/shared/wire';
import { devices, eq, streams, type ReadDb } from '../../../platform/db/index.ts';

/** What a device said it held and the server does not have. What it made after its last report nobody knows. */
export interface Unsent {
  class: string;
  rows: number;
}

/** By class, from its last report and the marks of its streams; empty when everything known of has arrived. */
export async function unsentOf(db: ReadDb, id: string): Promise<Unsent[]> {
  const [known] = await db.select({ report: devices.report }).from(devices).where(eq(devices.id, id));
  if (known?.report === null || known?.report === undefined) return [];
  const { outbox } = deviceReport.parse(JSON.parse(known.report));
  const taken = await db.select().from(streams).where(eq(streams.device, id));
  return Object.entries(outbox).flatMap(([name, { waiting, lastSeq }]) => {
    // A store that began anew starts another stream; the report speaks of the newest, which its mark may have passed.
    const marks = taken.filter((stream) => stream.class === name && stream.highWater <= lastSeq);
    const highWater = Math.max(0, ...marks.map((stream) => stream.highWater));
    const isPassed = marks.length === 0 && taken.some((stream) => stream.class === name);
    const rows = isPassed ? 0 : Math.min(waiting, lastSeq - highWater);
    return rows > 0 ? [{ class: name, rows }] : [];
  });
}

/** For people; undefined when nothing is known to be missing. */
export function describeUnsent(unsent: readonly Unsent[]): string | undefined {
  if (unsent.length === 0) return undefined;
  const rows = unsent.reduce((sum, one) => sum + one.rows, 0);
  return `at least ${rows} rows were never sent (${unsent.map((one) => `${one.class} ${one.rows}`).join(', ')})`;
}
