import { and, assignments, deviceLines, eq, inArray, max, type ReadDb } from '../../../platform/db/index.ts';

/** The newest release counter of a line that each device was ever told of, or says it runs; all, or of these devices. */
export async function countersOf(db: ReadDb, line: string, among?: readonly string[]): Promise<Map<string, number>> {
  const counters = new Map<string, number>();
  const told = await db
    .select({ device: assignments.device, counter: max(assignments.counter) })
    .from(assignments)
    .where(and(eq(assignments.line, line), among && inArray(assignments.device, [...among])))
    .groupBy(assignments.device);
  const run = await db
    .select({ device: deviceLines.device, counter: deviceLines.runningCounter })
    .from(deviceLines)
    .where(and(eq(deviceLines.line, line), among && inArray(deviceLines.device, [...among])));
  for (const { device, counter } of [...told, ...run]) {
    if (counter !== null) counters.set(device, Math.max(counter, counters.get(device) ?? -1));
  }
  return counters;
}
