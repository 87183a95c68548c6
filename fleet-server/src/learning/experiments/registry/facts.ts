import {
  and,
  asc,
  assignments,
  deviceLines,
  devices,
  eq,
  gt,
  isNotNull,
  lte,
  max,
  min,
  rolloutDevices,
  rollouts,
  telemetry,
  type ReadDb,
} from '../../../platform/db/index.ts';

/** A device said, or showed, that it ran a version. */
export interface Saying {
  version: string;
  at: number;
  by: 'prediction' | 'proof' | 'report';
}

/** What is stored of one device and one line around a moment. */
export interface DeviceFacts {
  device: string;
  site: string;
  /** Orders given until then, oldest first. */
  told: { version: string; at: number; cause: string }[];
  /** The last thing it said until then, and the first after it. */
  before: Saying | undefined;
  after: Saying | undefined;
}

/** Facts of every device that was ever told or ever said anything of the line, by device. */
export async function factsAround(db: ReadDb, line: string, at: number, site?: string): Promise<DeviceFacts[]> {
  const known = await db
    .select({ device: devices.id, site: devices.site })
    .from(devices)
    .where(site === undefined ? undefined : eq(devices.site, site))
    .orderBy(asc(devices.id));
  const found = new Map(
    known.map((one): [string, DeviceFacts] => [one.device, { ...one, told: [], before: undefined, after: undefined }]),
  );
  for (const { device, version, issuedAt, cause } of await ordersUntil(db, line, at)) {
    found.get(device)?.told.push({ version, at: issuedAt, cause });
  }
  for (const { device, ...saying } of await sayings(db, line, at)) {
    const facts = found.get(device);
    if (facts === undefined) continue;
    if (saying.at <= at && (facts.before === undefined || saying.at > facts.before.at)) facts.before = saying;
    if (saying.at > at && (facts.after === undefined || saying.at < facts.after.at)) facts.after = saying;
  }
  return [...found.values()].filter(
    ({ told, before, after }) => told.length > 0 || before !== undefined || after !== undefined,
  );
}

function ordersUntil(db: ReadDb, line: string, at: number) {
  const { device, seq, version, cause, issuedAt } = assignments;
  return db
    .select({ device, version, cause, issuedAt })
    .from(assignments)
    .where(and(eq(assignments.line, line), lte(issuedAt, at)))
    .orderBy(asc(device), asc(seq));
}

async function sayings(db: ReadDb, line: string, at: number): Promise<(Saying & { device: string })[]> {
  const predicted = and(eq(telemetry.kind, 'prediction'), eq(telemetry.line, line));
  const { device, version } = telemetry;
  const last = await db
    .select({ device, version, at: max(telemetry.at) })
    .from(telemetry)
    .where(and(predicted, lte(telemetry.at, at)))
    .groupBy(device, version);
  const first = await db
    .select({ device, version, at: min(telemetry.at) })
    .from(telemetry)
    .where(and(predicted, gt(telemetry.at, at)))
    .groupBy(device, version);
  const proofs = await db
    .select({ device: rolloutDevices.device, version: rollouts.version, at: rolloutDevices.outcomeAt })
    .from(rolloutDevices)
    .innerJoin(rollouts, eq(rollouts.id, rolloutDevices.rollout))
    .where(and(eq(rollouts.line, line), eq(rolloutDevices.outcome, 'proven'), isNotNull(rolloutDevices.outcomeAt)));
  const reports = await db
    .select({ device: deviceLines.device, version: deviceLines.runningVersion, at: deviceLines.reportedAt })
    .from(deviceLines)
    .where(and(eq(deviceLines.line, line), isNotNull(deviceLines.runningVersion)));
  return [...whole([...last, ...first], 'prediction'), ...whole(proofs, 'proof'), ...whole(reports, 'report')];
}

function whole(rows: { device: string; version: string | null; at: number | null }[], by: Saying['by']) {
  return rows.flatMap(({ device, version, at }) =>
    version === null || at === null ? [] : [{ device, version, at: Number(at), by }],
  );
}
