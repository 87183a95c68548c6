import { and, assignments, eq, inArray, type ReadDb } from '../../../platform/db/index.ts';

export interface NewestAssignment {
  seq: number;
  version: string;
  counter: number;
  sha256: string;
}

/** What each of some devices was told last of one line. */
export async function newestOfLine(
  db: ReadDb,
  line: string,
  devices: readonly string[],
): Promise<Map<string, NewestAssignment>> {
  const newest = new Map<string, NewestAssignment>();
  if (devices.length === 0) return newest;
  const { device, seq, version, counter, sha256 } = assignments;
  const rows = await db
    .select({ device, seq, version, counter, sha256 })
    .from(assignments)
    .where(and(eq(assignments.line, line), inArray(assignments.device, [...devices])));
  for (const { device: id, ...row } of rows) {
    if ((newest.get(id)?.seq ?? -1) < row.seq) newest.set(id, row);
  }
  return newest;
}
