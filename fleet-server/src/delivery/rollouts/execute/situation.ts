import {
  and,
  devicePenalties,
  deviceRejections,
  devices,
  eq,
  gt,
  inArray,
  isNull,
  modelVariants,
  ne,
  preparedRead,
  rolloutDevices,
  sql,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { isFrozen } from '../../../sites/devices/index.ts';
import { listSites } from '../../../sites/register/index.ts';
import { ACTIVE } from '../machine/state.ts';
import { listRollouts, type Member, type Rollout } from '../read.ts';
import type { Situation, Waiting } from './obstacles.ts';

const HOUR_MS = 3_600_000;

interface WaitingRow extends Omit<Waiting, 'isActive' | 'isOnline'> {
  standing: string | null;
  connection: string | null;
}

const waitingOf = preparedRead<{ rollout: string }, WaitingRow>((db) =>
  db
    .select({
      device: rolloutDevices.device,
      stage: rolloutDevices.stage,
      site: devices.site,
      standing: devices.standing,
      connection: devices.connection,
      lastSeenAt: devices.lastSeenAt,
    })
    .from(rolloutDevices)
    .innerJoin(devices, eq(devices.id, rolloutDevices.device))
    .where(and(eq(rolloutDevices.rollout, sql.placeholder('rollout')), isNull(rolloutDevices.assignmentSeq))),
);

/** Members that have not been given the release yet, with what decides about their turn. */
export async function listWaiting(db: ReadDb, rollout: string): Promise<Waiting[]> {
  const rows = await waitingOf(db, { rollout });
  return rows.map(({ standing, connection, ...row }) => ({
    ...row,
    isActive: standing === null,
    isOnline: connection !== null,
  }));
}

/** What decides about the turn of every member of a rollout, read once for all of them. */
export async function readSituation(db: ReadDb, rollout: Rollout, now: number): Promise<Situation> {
  return {
    now,
    plan: rollout.plan,
    isFrozen: (await isFrozen(db)) !== undefined,
    sites: new Map((await listSites(db)).map(({ id, zone, state }) => [id, { zone, state }])),
    penalised: await penalisedAt(db, now),
    rejecting: await rejecting(db, rollout),
    held: await heldByOthers(db, rollout),
    room: await roomOf(db, rollout, now),
  };
}

async function penalisedAt(db: ReadDb, now: number): Promise<Set<string>> {
  const rows = await db
    .select({ device: devicePenalties.device })
    .from(devicePenalties)
    .where(gt(devicePenalties.until, now));
  return new Set(rows.map(({ device }) => device));
}

/** Devices that have refused any archive of the release for good. */
async function rejecting(db: ReadDb, { line, version }: Rollout): Promise<Set<string>> {
  const rows = await db
    .select({ device: deviceRejections.device })
    .from(deviceRejections)
    .innerJoin(modelVariants, eq(modelVariants.archive, deviceRejections.sha256))
    .where(and(eq(modelVariants.line, line), eq(modelVariants.version, version)));
  return new Set(rows.map(({ device }) => device));
}

/**
 * Devices that another rollout of the line has: an active one that is more important, or as important and has given
 * the device something or is the older one. What has completed gives way to everything that came later.
 */
async function heldByOthers(db: ReadDb, rollout: Rollout): Promise<Set<string>> {
  const others = new Map(
    (await listRollouts(db, [...ACTIVE, 'completed']))
      .filter((one) => one.id !== rollout.id && one.line === rollout.line && canHold(one, rollout))
      .map((one) => [one.id, one]),
  );
  if (others.size === 0) return new Set();
  const rows = await db
    .select({
      rollout: rolloutDevices.rollout,
      device: rolloutDevices.device,
      assignmentSeq: rolloutDevices.assignmentSeq,
    })
    .from(rolloutDevices)
    .where(inArray(rolloutDevices.rollout, [...others.keys()]));
  return new Set(rows.filter((row) => holds(others.get(row.rollout), row, rollout)).map(({ device }) => device));
}

function canHold(other: Rollout, rollout: Rollout): boolean {
  if (rollout.state.status === 'completed') return isOlder(rollout, other);
  return other.state.status !== 'completed' && other.plan.priority >= rollout.plan.priority;
}

function holds(other: Rollout | undefined, row: Pick<Member, 'assignmentSeq'>, rollout: Rollout): boolean {
  if (other === undefined) return false;
  if (rollout.state.status === 'completed' || other.plan.priority > rollout.plan.priority) return true;
  return row.assignmentSeq !== null || isOlder(other, rollout);
}

function isOlder(a: Rollout, b: Rollout): boolean {
  return a.createdAt === b.createdAt ? a.id < b.id : a.createdAt < b.createdAt;
}

/** How many more devices of each stage may be given the release now; stages without a limit are not named. */
async function roomOf(db: ReadDb, { id, plan }: Rollout, now: number): Promise<Situation['room']> {
  const room = new Map<number, { rate: number; underWay: number }>();
  const limited = plan.stages.flatMap((stage, index) =>
    stage.perHour === undefined && stage.underWay === undefined ? [] : [{ stage, index }],
  );
  for (const { stage, index } of limited) {
    const given = await db
      .select({
        assignedAt: rolloutDevices.assignedAt,
        outcome: rolloutDevices.outcome,
        connection: devices.connection,
        lastSeenAt: devices.lastSeenAt,
      })
      .from(rolloutDevices)
      .innerJoin(devices, eq(devices.id, rolloutDevices.device))
      .where(and(eq(rolloutDevices.rollout, id), eq(rolloutDevices.stage, index), ne(rolloutDevices.assignmentSeq, 0)));
    const lately = given.filter(({ assignedAt }) => (assignedAt ?? 0) > now - HOUR_MS).length;
    // A device that went away before it heard of its assignment must not take a place for ever.
    const deciding = given.filter(
      ({ outcome, connection, lastSeenAt, assignedAt }) =>
        outcome === null && (connection !== null || (lastSeenAt ?? 0) >= (assignedAt ?? 0) - HOUR_MS),
    ).length;
    room.set(index, {
      rate: (stage.perHour ?? Infinity) - lately,
      underWay: (stage.underWay ?? Infinity) - deciding,
    });
  }
  return room;
}
