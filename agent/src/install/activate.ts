import { loadModel } from '../predict/load.ts';
import { freeSlot, type UpdateInput } from '../update/index.ts';
import { notNow } from './preflight/not-now.ts';
import type { InstallDeps, StepInput } from './step.ts';

/** Loads and warms the new model beside the old one, then swaps: no call finds the line empty. */
export async function activate(deps: InstallDeps, step: StepInput): Promise<UpdateInput> {
  const { model, target } = step;
  const slot = freeSlot(model);
  const content = model.slots[slot];
  if (content === undefined) {
    const detail = `slot ${slot} holds nothing to activate`;
    return { type: 'failed', reason: 'model_unloadable', detail };
  }
  const wait = await notNow(deps, step, 'activate');
  if (wait !== undefined) return wait;
  deps.predictor.swap(await loadModel(deps, model.line, slot, content));
  deps.event('model_activated', {
    line: model.line,
    version: target.version,
    sha256: target.sha256,
    counter: target.releaseCounter,
  });
  return { type: 'activated', at: deps.clock.now() };
}
