import { z } from 'zod';
import { getModel, listModels, submitForApproval, type OptimizedModel } from '../../../supply/models/index.ts';
import { PipelineError } from '../errors.ts';
import { keptValue } from './keep.ts';
import { defineStep, type PipelineDeps, type StepAnswer, type StepContext, type Values } from './kind.ts';

/** Of a version's card: by which the step that submitted it finds it again. */
const KEY = 'pipelineKey';

/** Seals the model, drafts its release, and waits until an approver has signed it. The pipeline never signs. */
export const approve = defineStep({
  contract: 1,
  inputs: z.strictObject({ model: z.string() }),
  takes: { model: 'optimized' },
  outputs: { release: 'release', line: 'string', version: 'string', counter: 'number' },
  async isStill({ database }, { line, version }) {
    const { state } = await getModel(database.db, String(line), String(version));
    return state === 'published';
  },
  async run(context, { model }) {
    const { deps, actor, effectKey } = context;
    const optimized = await keptValue<OptimizedModel>(deps.artifacts, model);
    const { accepted } = optimized;
    const before = await submitted(context, accepted.line);
    const card = { ...accepted.card, [KEY]: effectKey };
    const { line, version, counter } =
      before ?? (await submitForApproval(deps, actor, { ...optimized, accepted: { ...accepted, card } }));
    return answer(deps, { line, version, counter });
  },
  look: ({ deps }, waitingFor) => answer(deps, waitingFor),
});

/** A version that this very step has submitted already; one that was refused does not come back in a later run. */
async function submitted({ deps, effectKey, startedAt, isForced }: StepContext, line: string) {
  const versions = await listModels(deps.database.db, line);
  return versions.find(({ card, createdAt, state }) => {
    const isOfThisRun = createdAt >= startedAt;
    return card[KEY] === effectKey && (isOfThisRun || (!isForced && state !== 'refused'));
  });
}

async function answer({ database }: PipelineDeps, waitingFor: Values): Promise<StepAnswer> {
  const [line, version] = [String(waitingFor['line']), String(waitingFor['version'])];
  const { state, counter } = await getModel(database.db, line, version);
  const release = `${line}@${version}`;
  if (state === 'published') {
    return { outputs: { release, line, version, counter }, says: `${release} is released as number ${counter}` };
  }
  if (state === 'awaiting-approval') {
    return { waitingFor: { line, version, counter }, says: `${release} awaits its second signature` };
  }
  throw new PipelineError('release_refused', `${release} is ${state}`, {
    kind: 'refused',
    field: 'model',
    expected: 'a release that an approver signs',
  });
}
