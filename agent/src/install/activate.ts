import { loadModel } from '../predict/load.ts';
import { freeSlot, type UpdateInput } from '../update/index.ts';
import type { InstallDeps, StepInput } from './step.ts';

/** Loads and warms the new model beside the old one, then swaps: no call finds the line empty. */
export async function activate(deps: InstallDeps, { model, target }: StepInput): Promise<UpdateInput> {
  const slot = freeSlot(model);
  const content = model.slots[slot];
  if (content === undefined) {
    const detail = `slot ${slot} holds nothing to activate`;
    return { type: 'failed', reason: 'model_unloadable', detail };
  }
  deps.predictor.swap(await loadModel(deps, model.line, slot, content));
  deps.event('model_activated', {
    line: model.line,
    version: target.version,
    sha256: target.sha256,
    counter: target.releaseCounter,
  });
  return { type: 'activated', at: deps.clock.now() };
}
