import { loadModel } from '../predict/load.ts';
import type { UpdateInput } from '../update/index.ts';
import type { InstallDeps, StepInput } from './step.ts';

/** Puts the slot that the state names as active back into service; after a first install there is none, and nothing runs. */
export async function rollBack(deps: InstallDeps, { model }: StepInput): Promise<UpdateInput> {
  const { active, line } = model;
  const content = active && model.slots[active];
  if (active === undefined || content === undefined) {
    deps.predictor.drop(line);
  } else if (deps.predictor.get(line)?.sha256 !== content.sha256) {
    deps.predictor.swap(await loadModel(deps, line, active, content));
  }
  deps.event('rolled_back', { line, reason: model.reason ?? null, detail: model.detail ?? null });
  return { type: 'rolled-back' };
}
