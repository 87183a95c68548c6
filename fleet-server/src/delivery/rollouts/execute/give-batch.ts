import {
  and,
  devices,
  eq,
  inArray,
  isNull,
  preparedWrite,
  rolloutDevices,
  sql,
  type Db,
} from '../../../platform/db/index.ts';
import { assignModel } from '../../../sites/devices/index.ts';
import { writeDecision } from '../decisions.ts';
import { ACTIVE } from '../machine/state.ts';
import { getRollout, listRollouts, timeFor, type Rollout, type RolloutDeps } from '../read.ts';
import { fitterOf } from './fit.ts';
import { listed, NAMED } from './naming.ts';
import { newestOfLine } from './newest.ts';

const AUTHOR = 'system';
/** Devices in one transaction, so that nobody who wants to write waits for long. */
export const BATCH = 100;

const markGiven = preparedWrite<{ rollout: string; device: string; seq: number; at: number }>((db) => {
  const { rollout, device } = rolloutDevices;
  return db
    .update(rolloutDevices)
    .set({ assignmentSeq: sql`${sql.placeholder('seq')}`, assignedAt: sql`${sql.placeholder('at')}` })
    .where(and(eq(rollout, sql.placeholder('rollout')), eq(device, sql.placeholder('device'))));
});

export interface Given {
  given: number;
}

interface LeftOut {
  device: string;
  reason: string;
}

/**
 * One batch in one transaction: signs an assignment for each device that still waits. A device that already has these
 * very bytes keeps its assignment; unless it is to try again; one that has something newer, or that nothing
 * fits any more, leaves the rollout.
 * @returns undefined when the rollout has changed since it was looked at
 * @throws ModelError `model_not_published`; DeviceError `fleet_frozen`
 */
export async function giveBatch(
  tx: Db,
  deps: RolloutDeps,
  seen: Rollout,
  ids: readonly string[],
): Promise<Given | undefined> {
  const rollout = await getRollout(tx, seen.id);
  if (rollout.revision !== seen.revision) return undefined;
  const { line, version } = rollout;
  const fitOf = await fitterOf(tx, line, version);
  const newest = await newestOfLine(tx, line, ids);
  const leftOut: LeftOut[] = [];
  const given: string[] = [];
  for (const device of await stillWaiting(tx, rollout.id, ids)) {
    const { model, unfit } = fitOf(device);
    const before = newest.get(device.id);
    if (model === undefined) {
      leftOut.push({ device: device.id, reason: unfit });
    } else if (before !== undefined && before.counter > model.releaseCounter) {
      leftOut.push({ device: device.id, reason: `was given the newer ${line}@${before.version} meanwhile` });
    } else {
      const isSame = before?.counter === model.releaseCounter && before.sha256 === model.sha256;
      const isRetry = device.assignedAt !== null;
      const hasIt = isSame && !isRetry;
      const settings = rollout.plan.settings === undefined ? {} : { settings: rollout.plan.settings };
      const order = { device: device.id, model, version, cause: rollout.id, isRetry, ...settings };
      const seq = hasIt ? before.seq : (await assignModel(tx, deps, AUTHOR, order)).seq;
      await markGiven(tx, [{ rollout: rollout.id, device: device.id, seq, at: timeFor(deps, rollout) }]);
      given.push(device.id);
    }
  }
  await takeFromOthers(tx, deps, rollout, given);
  await leave(tx, deps, rollout, leftOut);
  return { given: given.length };
}

async function stillWaiting(tx: Db, rollout: string, ids: readonly string[]) {
  return tx
    .select({
      id: devices.id,
      profile: devices.profile,
      agent: devices.agent,
      assignedAt: rolloutDevices.assignedAt,
    })
    .from(rolloutDevices)
    .innerJoin(devices, eq(devices.id, rolloutDevices.device))
    .where(
      and(
        eq(rolloutDevices.rollout, rollout),
        inArray(rolloutDevices.device, [...ids]),
        isNull(rolloutDevices.assignmentSeq),
        isNull(devices.standing),
      ),
    );
}

/** One active rollout for a line and a device: whoever gave it less important ones lets go of it, and says so. */
async function takeFromOthers(tx: Db, deps: RolloutDeps, rollout: Rollout, given: readonly string[]): Promise<void> {
  if (given.length === 0) return;
  const others = (await listRollouts(tx, ACTIVE)).filter(
    (one) => one.id !== rollout.id && one.line === rollout.line && one.plan.priority <= rollout.plan.priority,
  );
  for (const other of others) {
    const taken = await tx
      .delete(rolloutDevices)
      .where(and(eq(rolloutDevices.rollout, other.id), inArray(rolloutDevices.device, [...given])))
      .returning({ device: rolloutDevices.device });
    if (taken.length === 0) continue;
    const names = taken.map(({ device }) => device).toSorted();
    await writeDecision(tx, {
      rollout: other.id,
      at: deps.now(),
      stage: other.state.stage,
      verdict: 'taken',
      gate: undefined,
      sentence: `rollout ${rollout.id} (priority ${rollout.plan.priority}) took ${listed(names)}`,
      numbers: { devices: names.slice(0, NAMED), count: names.length, by: rollout.id },
    });
  }
}

async function leave(tx: Db, deps: RolloutDeps, rollout: Rollout, leftOut: readonly LeftOut[]): Promise<void> {
  if (leftOut.length === 0) return;
  const names = leftOut.map(({ device }) => device);
  await tx
    .delete(rolloutDevices)
    .where(and(eq(rolloutDevices.rollout, rollout.id), inArray(rolloutDevices.device, names)));
  await writeDecision(tx, {
    rollout: rollout.id,
    at: deps.now(),
    stage: rollout.state.stage,
    verdict: 'left-out',
    gate: undefined,
    sentence: `left out ${listed(names)}: ${leftOut[0]?.reason}`,
    numbers: { leftOut: leftOut.slice(0, NAMED), leftOutCount: leftOut.length },
  });
}
