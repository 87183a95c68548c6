import { randomUUID } from 'node:crypto';
import { record } from '../../platform/audit/index.ts';
import { rollouts } from '../../platform/db/index.ts';
import { getModel } from '../../supply/models/index.ts';
import { listDevices } from '../../sites/devices/index.ts';
import type { RolloutDeps } from './read.ts';
import { RolloutError } from './errors.ts';
import { DRAFT } from './machine.ts';
import type { RolloutPlan } from './plan.ts';
import { selectDevices } from './select.ts';

/**
 * Writes a rollout down as a draft; nothing moves until it is started.
 * @throws RolloutError `rollout_not_approved`, `rollout_selects_nobody`; ModelError `model_unknown`
 */
export async function createRollout(deps: RolloutDeps, actor: string, plan: RolloutPlan): Promise<string> {
  const model = await getModel(deps.database.db, plan.line, plan.version);
  if (model.state !== 'published') {
    throw new RolloutError('rollout_not_approved', `${plan.line}@${plan.version} is ${model.state}`, {
      kind: 'conflict',
      field: 'version',
      expected: 'a version that an approver has signed',
    });
  }
  const devices = await listDevices(deps.database.db);
  const empty = plan.stages.findIndex((stage) => selectDevices(stage, devices, new Set(), plan.seed).length === 0);
  if (empty >= 0) {
    throw new RolloutError('rollout_selects_nobody', `stage ${plan.stages[empty]?.name}: no device carries its tags`, {
      field: `stages.${empty}.tags`,
      expected: 'tags that at least one device carries',
    });
  }
  const id = `r-${randomUUID().slice(0, 8)}`;
  await deps.database.transaction(async (tx) => {
    await tx.insert(rollouts).values({
      id,
      line: plan.line,
      version: plan.version,
      author: actor,
      plan: JSON.stringify(plan),
      state: JSON.stringify(DRAFT),
      revision: 0,
      createdAt: deps.now(),
      updatedAt: deps.now(),
    });
    await record(tx, {
      actor,
      action: 'rollouts.create',
      subject: `rollout:${id}`,
      details: { line: plan.line, version: plan.version, stages: plan.stages.map((stage) => stage.name) },
    });
  });
  return id;
}
