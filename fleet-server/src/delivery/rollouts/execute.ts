import { and, eq } from 'drizzle-orm';
import { rolloutDevices, type Db } from '../../platform/db/index.ts';
import { getModel, withdrawModel, ModelError } from '../../supply/models/index.ts';
import { assignRelease, listDevices, type Device } from '../../sites/devices/index.ts';
import type { RolloutDeps } from './read.ts';
import type { RolloutEffect } from './machine.ts';
import { listMembers, versionsInUse, type Rollout } from './read.ts';
import { selectDevices } from './select.ts';

type Executor = (tx: Db, deps: RolloutDeps, rollout: Rollout) => Promise<void>;

/** What a transition of the machine makes happen, in the transition's own transaction, on the state it led to. */
export const execute: Record<RolloutEffect['type'], Executor> = { 'open-stage': openStage, revert };

const AUTHOR = 'system';

/** Freezes the membership of a stage and assigns the release to it; a device it does not fit is left out and named. */
async function openStage(tx: Db, deps: RolloutDeps, rollout: Rollout): Promise<void> {
  const stage = rollout.plan.stages[rollout.state.stage];
  if (stage === undefined) return;
  const members = await listMembers(tx, rollout.id);
  const devices = await listDevices(tx);
  const chosen = selectDevices(stage, devices, new Set(members.map((one) => one.device)), rollout.plan.seed);
  for (const device of chosen) {
    const seq = await assignVersion(tx, deps, rollout, device, rollout.version);
    if (seq === undefined) continue;
    await tx.insert(rolloutDevices).values({
      rollout: rollout.id,
      device: device.id,
      stage: rollout.state.stage,
      assignmentSeq: seq,
      assignedAt: deps.now(),
    });
  }
}

/** Sends everybody who was given the release back by the return ticket; offline devices find it when they come. */
async function revert(tx: Db, deps: RolloutDeps, rollout: Rollout): Promise<void> {
  const { predecessor } = await getModel(tx, rollout.line, rollout.version);
  if (predecessor === null) return;
  const devices = new Map((await listDevices(tx)).map((device) => [device.id, device]));
  for (const member of await listMembers(tx, rollout.id)) {
    const device = devices.get(member.device);
    const seq = device && (await assignVersion(tx, deps, rollout, device, predecessor));
    if (seq === undefined) continue;
    await tx
      .update(rolloutDevices)
      .set({ assignmentSeq: seq, assignedAt: deps.now() })
      .where(and(eq(rolloutDevices.rollout, rollout.id), eq(rolloutDevices.device, member.device)));
  }
  const { line, version, state } = rollout;
  await withdrawModel(tx, { ...deps, versionsInUse }, AUTHOR, { line, version, reason: state.reason });
}

/** Sequence number of the assignment; a device that no variant fits is left out. */
async function assignVersion(
  tx: Db,
  deps: RolloutDeps,
  rollout: Rollout,
  device: Device,
  version: string,
): Promise<number | undefined> {
  const { line, id: cause, plan } = rollout;
  const order = { device: device.id, line, version, cause };
  const settings = plan.settings === undefined ? {} : { settings: plan.settings };
  try {
    return (await assignRelease(tx, deps, AUTHOR, { ...order, ...settings })).seq;
  } catch (error) {
    if (error instanceof ModelError && error.code === 'variant_none_fits') return undefined;
    throw error;
  }
}
