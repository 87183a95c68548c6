import {
  and,
  asc,
  assignments,
  devices,
  eq,
  isNotNull,
  isNull,
  rolloutDevices,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { listLines, type DeviceLine } from '../../../sites/devices/index.ts';
import type { DeviceEvidence, ModelEvidence } from '../gates/gate-input.ts';

/** Fewer predictions in service tell no 95th percentile. */
const MIN_PREDICTIONS = 50;

/**
 * What is known of every member of a rollout, by name: two questions, however many devices.
 * @param options `undecided`: only of those that were given the release and have not been seen to decide
 */
export async function deviceEvidence(
  db: ReadDb,
  rollout: { id: string; line: string },
  { undecided = false }: { undecided?: boolean } = {},
): Promise<DeviceEvidence[]> {
  const isUndecided = and(isNotNull(rolloutDevices.assignmentSeq), isNull(rolloutDevices.outcome));
  const members = await db
    .select({
      device: rolloutDevices.device,
      stage: rolloutDevices.stage,
      assignedAt: rolloutDevices.assignedAt,
      acknowledgedAt: rolloutDevices.acknowledgedAt,
      site: devices.site,
      lastSeenAt: devices.lastSeenAt,
      seq: assignments.seq,
      sha256: assignments.sha256,
    })
    .from(rolloutDevices)
    .innerJoin(devices, eq(devices.id, rolloutDevices.device))
    .leftJoin(
      assignments,
      and(eq(assignments.device, rolloutDevices.device), eq(assignments.seq, rolloutDevices.assignmentSeq)),
    )
    .where(and(eq(rolloutDevices.rollout, rollout.id), undecided ? isUndecided : undefined))
    .orderBy(asc(rolloutDevices.device));
  if (members.length === 0) return [];
  const lines = new Map((await listLines(db, linesOf(rollout, members))).map((line) => [line.device, line]));
  return members.map(({ device, site, stage, seq, sha256, assignedAt, lastSeenAt, acknowledgedAt }) => ({
    device,
    site,
    stage,
    assigned: seq === null || sha256 === null || assignedAt === null ? undefined : { seq, sha256, at: assignedAt },
    lastSeenAt,
    model: modelEvidence(lines.get(device)),
    isAcknowledged: acknowledgedAt !== null,
  }));
}

/** A small stage of a large fleet is asked for by name; beyond that, one question for all of the line is cheaper. */
const BY_NAME = 1000;

function linesOf({ line }: { line: string }, members: readonly { device: string }[]) {
  return members.length > BY_NAME ? { line } : { line, devices: members.map(({ device }) => device) };
}

/** A word on the line, as gates want it. Numbers in service count only when they are of the archive that runs. */
export function modelEvidence(line: DeviceLine | undefined): ModelEvidence | undefined {
  if (line === undefined) return undefined;
  const { state, target, running, proof, reason, detail, shadow } = line;
  const now = line.served?.sha256 === running?.sha256 ? line.served : undefined;
  const before = now === undefined ? undefined : line.servedBefore;
  return {
    state,
    targetSeq: target?.seq,
    targetSha256: target?.sha256,
    runningSha256: running?.sha256,
    proof,
    reason,
    detail,
    shadow,
    served: now && { predictions: now.predictions + now.errors, errors: now.errors },
    latencyRatio: ratioOf(now, before, 'p95Micros') ?? shadow?.latencyRatio,
    // Shadow runs measure each model in a process of its own; in service all that the agent takes counts, and what the
    // allocator has not given back of the model before.
    memoryRatio: shadow?.memoryRatio ?? ratioOf(now, before, 'memoryMb'),
  };
}

type Served = NonNullable<DeviceLine['served']>;

function ratioOf(
  now: Served | undefined,
  before: Served | undefined,
  of: 'p95Micros' | 'memoryMb',
): number | undefined {
  if (now === undefined || before === undefined) return undefined;
  if (Math.min(now.predictions, before.predictions) < MIN_PREDICTIONS) return undefined;
  const [ours, theirs] = [now[of], before[of]];
  return ours === undefined || theirs === undefined || theirs === 0 ? undefined : ours / theirs;
}
