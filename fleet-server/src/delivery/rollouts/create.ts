import { randomUUID } from 'node:crypto';
import { record } from '../../platform/audit/index.ts';
import { eq, rollouts, type ReadDb } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { resolveMembers } from '../../sites/groups/index.ts';
import { getModel, refuseDeprecated } from '../../supply/models/index.ts';
import { writeDecision } from './decisions.ts';
import { conflict, RolloutError } from './errors.ts';
import { unfitAmong } from './execute/effects.ts';
import { DRAFT } from './machine/state.ts';
import { drawStage, selectionOf } from './plan/draw.ts';
import { parsePlan } from './plan/parse-plan.ts';
import type { RolloutPlan, Stage } from './plan/rollout-plan.ts';
import { resolvePolicy } from './policies/index.ts';
import type { RolloutDeps } from './read.ts';

export interface CreatedRollout {
  id: string;
  revision: number;
  /** What each stage would find today. */
  stages: { name: string; selected: number; adds: number }[];
  /** Devices that no variant of the release fits: they are left out. */
  leftOut: { device: string; reason: string }[];
}

/**
 * Writes a rollout down as a draft; nothing moves until it is started.
 * @param written a `WrittenPlan`, as it comes from outside; a policy it names makes it whole
 * @param options `name`: under which a file declares it
 * @throws RolloutError `rollout_plan_malformed`, `rollout_stages_overlap`, `rollout_not_approved`,
 * `rollout_selects_nobody`, `rollout_fits_nobody`, `rollout_exists`; ModelError `model_unknown`, `version_deprecated`; PolicyError
 * `policy_unknown`; GroupError `group_unknown`, `selector_malformed`
 */
export async function createRollout(
  deps: RolloutDeps,
  actor: string,
  written: unknown,
  options: { name?: string } = {},
): Promise<CreatedRollout> {
  const plan = await resolvePlan(deps.database.db, written);
  await refuseUnpublished(deps.database.db, plan);
  const found = await preview(deps, plan);
  const id = `r-${randomUUID().slice(0, 8)}`;
  const name = options.name ?? null;
  await deps.database.transaction(async (tx) => {
    if (name !== null) await refuseTaken(tx, name);
    const at = deps.now();
    const { line, version, stages } = plan;
    const row = { id, name, line, version, author: actor, plan: JSON.stringify(plan) };
    await tx.insert(rollouts).values({
      ...row,
      state: JSON.stringify(DRAFT),
      status: DRAFT.status,
      revision: 0,
      createdAt: at,
      updatedAt: at,
    });
    const sentence = `written down by ${actor}`;
    await writeDecision(tx, {
      rollout: id,
      at,
      stage: -1,
      verdict: 'create',
      gate: undefined,
      sentence,
      numbers: found,
    });
    await record(tx, {
      actor,
      action: 'rollouts.create',
      subject: `rollout:${id}`,
      details: { line, version, stages: stages.map((stage) => stage.name) },
    });
    await emit(tx, { type: 'rollout.transition', rollout: id, from: '', to: 'draft/pending', reason: sentence });
  });
  return { id, revision: 0, ...found };
}

/** A plan as it comes from outside, made whole by its policy and checked. @throws as `createRollout` */
export async function resolvePlan(db: ReadDb, written: unknown): Promise<RolloutPlan> {
  return parsePlan(await resolvePolicy(db, written));
}

async function refuseUnpublished(db: ReadDb, { line, version }: RolloutPlan): Promise<void> {
  const model = await getModel(db, line, version);
  if (model.state === 'published') return refuseDeprecated(db, line, version);
  throw conflict('rollout_not_approved', `${line}@${version} is ${model.state}`, {
    field: 'version',
    expected: 'a version that an approver has signed',
  });
}

async function refuseTaken(db: ReadDb, name: string): Promise<void> {
  const [other] = await db.select({ id: rollouts.id }).from(rollouts).where(eq(rollouts.name, name));
  if (other === undefined) return;
  throw conflict('rollout_exists', `rollout ${other.id} is called ${name} already`, {
    field: 'name',
    expected: 'a name that no rollout has',
  });
}

/** Opens every stage on paper. */
async function preview({ database: { db }, now }: RolloutDeps, plan: RolloutPlan) {
  const taken = new Set<string>();
  const unfit = new Map<string, string>();
  const everybody = new Set<string>();
  const stages: CreatedRollout['stages'] = [];
  for (const [index, stage] of plan.stages.entries()) {
    const selected = await resolveMembers(db, selectionOf(stage), now());
    if (selected.length === 0) throw selectsNobody(stage, index);
    for (const device of selected) everybody.add(device);
    for (const [device, reason] of await unfitAmong(db, plan, selected)) unfit.set(device, reason);
    const drawn = drawStage({ ...stage, selected, taken, unfit: new Set(unfit.keys()), seed: plan.seed });
    for (const device of drawn) taken.add(device);
    stages.push({ name: stage.name, selected: selected.length, adds: drawn.length });
  }
  if (unfit.size === everybody.size) {
    throw new RolloutError('rollout_fits_nobody', `no variant fits any device: ${[...unfit.values()][0]}`, {
      kind: 'refused',
      field: 'version',
      expected: 'a release of which a variant fits a device that is selected',
    });
  }
  return { stages, leftOut: [...unfit].map(([device, reason]) => ({ device, reason })) };
}

function selectsNobody(stage: Stage, index: number): RolloutError {
  const by = stage.group === undefined ? (stage.selector === undefined ? 'size' : 'selector') : 'group';
  return new RolloutError('rollout_selects_nobody', `stage ${stage.name}: its ${by} selects no device`, {
    field: `stages.${index}.${by}`,
    expected: 'at least one device in good standing',
  });
}
