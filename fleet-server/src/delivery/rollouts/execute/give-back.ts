import { and, asc, devices, eq, isNotNull, isNull, rolloutDevices, type Db } from '../../../platform/db/index.ts';
import { assignModel } from '../../../sites/devices/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import { writeDecision } from '../decisions.ts';
import { getRollout, type Rollout, type RolloutDeps } from '../read.ts';
import { fitterOf } from './fit.ts';
import { BATCH } from './give-batch.ts';
import { listed } from './naming.ts';
import { newestOfLine } from './newest.ts';

const AUTHOR = 'system';

/**
 * Sends the devices of a reverted rollout back by the return ticket, in batches, until none is left: those that are
 * away find it when they come, however long that takes. No window, freeze, penalty or rate holds it up.
 * @returns devices that were sent back
 */
export async function giveBack(deps: RolloutDeps, id: string, batches = Infinity): Promise<number> {
  let returned = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    const count = await deps.database.transaction((tx) => returnBatch(tx, deps, id));
    returned += count;
    if (count === 0) break;
  }
  return returned;
}

async function returnBatch(tx: Db, deps: RolloutDeps, id: string): Promise<number> {
  const rollout = await getRollout(tx, id);
  if (rollout.state.status !== 'reverted') return 0;
  const { line, version } = rollout;
  const { predecessor } = await getModel(tx, line, version);
  if (predecessor === null) return 0;
  const waiting = await tx
    .select({ id: devices.id, profile: devices.profile, agent: devices.agent })
    .from(rolloutDevices)
    .innerJoin(devices, eq(devices.id, rolloutDevices.device))
    .where(
      and(
        eq(rolloutDevices.rollout, rollout.id),
        isNotNull(rolloutDevices.assignmentSeq),
        isNull(rolloutDevices.returnedSeq),
      ),
    )
    .orderBy(asc(rolloutDevices.device))
    .limit(BATCH);
  if (waiting.length === 0) return 0;
  const fitOf = await fitterOf(tx, line, predecessor);
  const newest = await newestOfLine(
    tx,
    line,
    waiting.map((one) => one.id),
  );
  const stranded: { device: string; reason: string }[] = [];
  for (const device of waiting) {
    const { model, unfit } = fitOf(device);
    // Whoever was told something else since is not ours to send back.
    const isOurs = newest.get(device.id)?.version === version;
    if (isOurs && model === undefined) stranded.push({ device: device.id, reason: unfit });
    const order = { device: device.id, version: predecessor, cause: rollout.id, isReturn: true };
    const seq = isOurs && model !== undefined ? (await assignModel(tx, deps, AUTHOR, { ...order, model })).seq : 0;
    await tx
      .update(rolloutDevices)
      .set({ returnedSeq: seq })
      .where(and(eq(rolloutDevices.rollout, rollout.id), eq(rolloutDevices.device, device.id)));
  }
  await tellStranded(tx, deps, rollout, predecessor, stranded);
  return waiting.length;
}

async function tellStranded(
  tx: Db,
  deps: RolloutDeps,
  rollout: Rollout,
  predecessor: string,
  stranded: readonly { device: string; reason: string }[],
): Promise<void> {
  if (stranded.length === 0) return;
  await writeDecision(tx, {
    rollout: rollout.id,
    at: deps.now(),
    stage: rollout.state.stage,
    verdict: 'left-out',
    gate: undefined,
    sentence: `${listed(stranded.map(({ device }) => device))} cannot go back to ${predecessor}: ${stranded[0]?.reason}`,
    numbers: { leftOut: stranded, leftOutCount: stranded.length },
  });
}
