import { devices, inArray, rolloutDevices, type Db, type ReadDb } from '../../../platform/db/index.ts';
import { listStanding, resolveMembers, setStandingRelease } from '../../../sites/groups/index.ts';
import { getModel, withdrawModel } from '../../../supply/models/index.ts';
import type { RolloutEffect } from '../machine/state.ts';
import { drawStage, selectionOf } from '../plan/draw.ts';
import { listMembers, openStageOf, versionsInUse, type Rollout, type RolloutDeps } from '../read.ts';
import { fitterOf } from './fit.ts';
import { NAMED } from './naming.ts';

/** @returns numbers that are kept with the decision */
type Executor = (tx: Db, deps: RolloutDeps, rollout: Rollout) => Promise<Record<string, unknown>>;

/** What a transition of the machine makes happen, in the transition's own transaction, on the state it led to. */
export const execute: Record<RolloutEffect['type'], Executor> = { 'open-stage': openStage, complete, revert };

const AUTHOR = 'system';
/** Rows written by one statement. */
const ROWS = 500;

/** Freezes the membership of a stage. Nobody is assigned anything yet: that follows device by device, as its turn comes. */
async function openStage(tx: Db, deps: RolloutDeps, rollout: Rollout) {
  const stage = openStageOf(rollout);
  if (stage === undefined) return {};
  const selected = await resolveMembers(tx, selectionOf(stage), deps.now());
  const taken = new Set((await listMembers(tx, rollout.id)).map(({ device }) => device));
  const unfit = await unfitAmong(tx, rollout, selected);
  const drawn = drawStage({ ...stage, selected, taken, unfit: new Set(unfit.keys()), seed: rollout.plan.seed });
  for (let from = 0; from < drawn.length; from += ROWS) {
    const rows = drawn.slice(from, from + ROWS).map((device) => ({
      rollout: rollout.id,
      device,
      stage: rollout.state.stage,
    }));
    await tx.insert(rolloutDevices).values(rows);
  }
  const leftOut = [...unfit].slice(0, NAMED).map(([device, reason]) => ({ device, reason }));
  return { selected: selected.length, added: drawn.length, leftOut, leftOutCount: unfit.size };
}

/** Devices that no variant of the release fits, and why. */
export async function unfitAmong(
  db: ReadDb,
  { line, version }: Pick<Rollout, 'line' | 'version'>,
  selected: readonly string[],
): Promise<Map<string, string>> {
  const fitOf = await fitterOf(db, line, version);
  const unfit = new Map<string, string>();
  for (let from = 0; from < selected.length; from += ROWS) {
    const rows = await db
      .select({ id: devices.id, profile: devices.profile, agent: devices.agent })
      .from(devices)
      .where(inArray(devices.id, selected.slice(from, from + ROWS)));
    for (const row of rows) {
      const { unfit: reason } = fitOf(row);
      if (reason !== undefined) unfit.set(row.id, reason);
    }
  }
  return unfit;
}

/**
 * What whole groups have proved becomes their standing release where they have one of the line: newcomers are given
 * what the others run, and not what they ran before.
 */
async function complete(tx: Db, _deps: RolloutDeps, { line, version, plan }: Rollout) {
  const whole = plan.stages.flatMap(({ group, selector, size }) =>
    group !== undefined && selector === undefined && 'percent' in size && size.percent === 100 ? [group] : [],
  );
  const { state } = await getModel(tx, line, version);
  const standing = (await listStanding(tx)).filter((one) => one.line === line && whole.includes(one.group));
  if (state !== 'published' || standing.length === 0) return {};
  for (const { group } of standing) await setStandingRelease(tx, AUTHOR, { group, line, version });
  return { standing: standing.map(({ group }) => group) };
}

/**
 * Marks the release as gone back on; its devices are sent back one by one afterwards, see `give-back.ts`, those that
 * are away included.
 */
async function revert(tx: Db, deps: RolloutDeps, { line, version, state }: Rollout) {
  await withdrawModel(tx, { ...deps, versionsInUse }, AUTHOR, { line, version, reason: state.reason });
  return {};
}
