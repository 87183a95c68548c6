import type { Proof, RefusalReason, Slot, UpdateState } from '@plumbline/shared/update';
import type { ServedReport, ShadowReport } from '@plumbline/shared/wire';
import { and, deviceLines, eq, inArray, type ReadDb } from '../../../platform/db/index.ts';

/** What a device last said of one model line. */
export interface DeviceLine {
  device: string;
  line: string;
  state: UpdateState;
  target: { seq: number; sha256: string } | undefined;
  running: { sha256: string; version: string; counter: number } | undefined;
  slot: Slot | undefined;
  proof: Proof | undefined;
  reason: RefusalReason | undefined;
  detail: string | undefined;
  deferredUntil: number | undefined;
  shadow: ShadowReport | undefined;
  served: ServedReport | undefined;
  servedBefore: ServedReport | undefined;
  /** By the clock of the server, ms. */
  reportedAt: number;
}

/** SQLite takes so many values in one statement at least, and a list beyond it is asked for in parts. */
const CHUNK = 500;

/** The word of all devices that have ever spoken of the line, or of those that are named; in no order. */
export async function listLines(db: ReadDb, of: { line: string; devices?: readonly string[] }): Promise<DeviceLine[]> {
  const { line, devices } = of;
  if (devices === undefined) {
    return (await db.select().from(deviceLines).where(eq(deviceLines.line, line))).map(read);
  }
  const found: DeviceLine[] = [];
  for (let at = 0; at < devices.length; at += CHUNK) {
    const named = inArray(deviceLines.device, devices.slice(at, at + CHUNK));
    const rows = await db
      .select()
      .from(deviceLines)
      .where(and(eq(deviceLines.line, line), named));
    found.push(...rows.map(read));
  }
  return found;
}

/** What was written passed its schema when it came: words and JSON are taken as they are. */
function read(row: typeof deviceLines.$inferSelect): DeviceLine {
  const { targetSeq, targetSha256, runningSha256, runningVersion, runningCounter } = row;
  return {
    device: row.device,
    line: row.line,
    state: row.state as UpdateState,
    target: targetSeq === null || targetSha256 === null ? undefined : { seq: targetSeq, sha256: targetSha256 },
    running:
      runningSha256 === null
        ? undefined
        : { sha256: runningSha256, version: runningVersion ?? '', counter: runningCounter ?? 0 },
    slot: (row.slot ?? undefined) as Slot | undefined,
    proof: (row.proof ?? undefined) as Proof | undefined,
    reason: (row.reason ?? undefined) as RefusalReason | undefined,
    detail: row.detail ?? undefined,
    deferredUntil: row.deferredUntil ?? undefined,
    shadow: parsed<ShadowReport>(row.shadow),
    served: parsed<ServedReport>(row.served),
    servedBefore: parsed<ServedReport>(row.servedBefore),
    reportedAt: row.reportedAt,
  };
}

function parsed<T>(json: string | null): T | undefined {
  return json === null ? undefined : (JSON.parse(json) as T);
}
