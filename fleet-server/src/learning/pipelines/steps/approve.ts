import { z } from 'zod';
import { record } from '../../../platform/audit/index.ts';
import { and, eq, isNull, runs } from '../../../platform/db/index.ts';
import { getModel, listModels, submitForApproval } from '../../../supply/models/index.ts';
import { PipelineError } from '../errors.ts';
import { keptValue } from './keep.ts';
import type { OptimizedValue } from './optimize.ts';
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
    const { run, optimized } = await keptValue<OptimizedValue>(deps.artifacts, model);
    const { accepted } = optimized;
    const before = await submitted(context, accepted.line);
    const card = { ...accepted.card, [KEY]: effectKey };
    const { line, version, counter } =
      before ?? (await submitForApproval(deps, actor, { ...optimized, accepted: { ...accepted, card } }));
    await nameResult(context, run, line, version);
    return answer(deps, { line, version, counter });
  },
  look: ({ deps }, waitingFor) => answer(deps, waitingFor),
});

/** The run of the training says which version came of it, by which lineage and audits find it. Said again, nothing changes. */
async function nameResult({ deps, actor }: StepContext, run: string, line: string, version: string): Promise<void> {
  await deps.database.transaction(async (tx) => {
    const named = await tx
      .update(runs)
      .set({ line, version })
      .where(and(eq(runs.id, run), isNull(runs.version)))
      .returning({ id: runs.id });
    if (named.length === 0) return;
    await record(tx, { actor, action: 'runs.result', subject: `run:${run}`, details: { line, version } });
  });
}

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
