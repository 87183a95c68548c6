import { ACTIVE, listPenalties } from '../delivery/rollouts/index.ts';
import {
  and,
  eq,
  inArray,
  isNotNull,
  isNull,
  or,
  rolloutDevices,
  rollouts,
  successions,
  type ReadDb,
} from '../platform/db/index.ts';
import { settleNewcomers, type Settled } from '../sites/groups/index.ts';
import type { Fleet } from './fleet.ts';

const INTERVAL_MS = 60_000;

type Deps = Pick<Fleet, 'database' | 'desk' | 'now' | 'log' | 'dispatcher'>;

/**
 * Standing releases: a device that enrolled is given them at once, and so is whoever a changed group or tag brought in;
 * a look a minute finds the rest, as those that age into a selector.
 */
export function followGroups(fleet: Deps): { look(): Promise<void> } {
  const { dispatcher } = fleet;
  let next = -Infinity;
  const settle = async (devices?: readonly string[]) => {
    const heldBy = (db: ReadDb, line: string) => heldDevices(db, line, fleet.now());
    tell(fleet, await settleNewcomers(fleet, { heldBy, ...(devices && { devices }) }));
  };
  dispatcher.subscribe('groups-newcomers', ['device.enrolled'], ({ device }) => settle([device]));
  dispatcher.subscribe('groups-changes', ['group.changed', 'devices.tagged'], async () => settle());
  return {
    async look() {
      if (fleet.now() < next) return;
      next = fleet.now() + INTERVAL_MS;
      await settle();
    },
  };
}

/**
 * Devices that nothing of a line is given now: members of a rollout under way, those that a completed one still waits
 * for or a reverted one has not taken back, those that failed too often, and those that take the place of another.
 */
async function heldDevices(db: ReadDb, line: string, now: number): Promise<Set<string>> {
  const held = new Set((await listPenalties(db, now)).map(({ device }) => device));
  const coming = await db.select({ device: successions.device }).from(successions).where(isNull(successions.doneAt));
  for (const { device } of coming) held.add(device);
  const toGive = and(eq(rollouts.status, 'completed'), isNull(rolloutDevices.assignmentSeq));
  const toReturn = and(
    eq(rollouts.status, 'reverted'),
    isNotNull(rolloutDevices.assignmentSeq),
    isNull(rolloutDevices.returnedSeq),
  );
  const members = await db
    .selectDistinct({ device: rolloutDevices.device })
    .from(rolloutDevices)
    .innerJoin(rollouts, eq(rollouts.id, rolloutDevices.rollout))
    .where(and(eq(rollouts.line, line), or(inArray(rollouts.status, [...ACTIVE]), toGive, toReturn)));
  for (const { device } of members) held.add(device);
  return held;
}

function tell({ log }: Pick<Fleet, 'log'>, { assigned, unfit, unusable }: Settled): void {
  if (assigned.length > 0) log.info({ devices: assigned.length }, 'standing releases given to newcomers');
  if (unfit.length > 0) log.warn({ devices: unfit.length, first: unfit[0] }, 'a standing release fits no such device');
  for (const one of unusable) log.warn(one, 'a standing release cannot be given out');
}
