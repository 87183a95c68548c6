import { z } from 'zod';
import { and, desc, eq, gte, runs } from '../../../platform/db/index.ts';
import { intakeModel, type AcceptedModel } from '../../../supply/models/index.ts';
import { exportModel } from '../../../supply/onnx/index.ts';
import { loadDataset, type Dataset } from '../../datasets/index.ts';
import { recordRun, reportOf } from '../../experiments/index.ts';
import type { HoldoutFigures } from '../../training/index.ts';
import { cardOf } from '../card-of.ts';
import { inputsOf, outputOf, referenceOf } from '../describe-model.ts';
import type { EvaluatedValue } from './evaluate.ts';
import { keepValue, keptValue } from './keep.ts';
import { defineStep, type StepContext } from './kind.ts';

/** A model that was taken in, and the rows it is judged on when it is shrunk. */
export interface RegisteredValue {
  dataset: string;
  /** As which the training was written down. */
  run: string;
  accepted: AcceptedModel;
}

const TAG = 'pipelineStep';

/** Writes the training down as a run with its report, and takes the model in: graph, inputs, reference, golden rows, card. */
export const register = defineStep({
  contract: 2,
  inputs: z.strictObject({
    evaluated: z.string(),
    line: z.string().min(1).max(64).describe('The line that the model is of.'),
    experiment: z.string().min(1).max(200).optional().describe('Under which its run stands. Default: the line.'),
  }),
  takes: { evaluated: 'evaluated' },
  outputs: { model: 'registered', line: 'string', run: 'string', algorithm: 'string' },
  async run(context, { evaluated, line, experiment = line }) {
    const { deps, pipeline } = context;
    const value = await keptValue<EvaluatedValue>(deps.artifacts, evaluated);
    const learned = await loadDataset(deps, value.dataset);
    const { result, gate } = value;
    // Without the rows held back: what they say stands beside, as they are another dataset.
    const trained = { dataset: learned, learned, result, gate };
    const run = (await recorded(context)) ?? (await write(context, experiment, trained, value.holdout?.figures));
    const { holdout, fairness } = value;
    const accepted = await intakeModel(
      deps,
      {
        line,
        target: learned.target,
        algorithm: result.algorithm,
        bytes: exportModel(result.model),
        inputs: inputsOf(result.model, learned.features),
        output: outputOf(result),
        reference: referenceOf(learned, result),
        card: {
          ...cardOf(trained),
          pipeline,
          ...(holdout && { heldBack: holdout }),
          ...(fairness && { fairness }),
        },
      },
      deps.now(),
    );
    const kept: RegisteredValue = { dataset: value.dataset, run, accepted };
    const outputs = { model: await keepValue(deps.artifacts, kept), line, run, algorithm: result.algorithm };
    return { outputs, says: `${run} of ${experiment}, ${result.algorithm} for ${line}` };
  },
});

interface Training {
  dataset: Dataset;
  learned: Dataset;
  result: EvaluatedValue['result'];
  gate: EvaluatedValue['gate'];
}

async function write(
  { deps, actor, pipeline, run, step, effectKey, gitCommit, signal }: StepContext,
  experiment: string,
  trained: Training,
  heldBack: HoldoutFigures | undefined,
): Promise<string> {
  const report = await reportOf(trained, { signal });
  const { settings } = trained.result;
  // The share is not known here and not asked for: the rows were split before.
  const about = { split: settings.split, share: 0, between: 0 };
  const figures = heldBack && { holdout: { ...about, chosen: heldBack } };
  const { id } = await recordRun(
    deps,
    actor,
    { ...trained, ...figures },
    {
      experiment,
      kind: 'train',
      report,
      tags: {
        pipeline,
        pipelineRun: run,
        [TAG]: `${step}/${effectKey}`,
        ...(gitCommit !== undefined && { gitCommit }),
      },
    },
  );
  return id;
}

/** The run that this very step wrote before its own end was lost. */
async function recorded({ deps, run, step, effectKey, startedAt }: StepContext): Promise<string | undefined> {
  const rows = await deps.database.db
    .select({ id: runs.id, tags: runs.tags })
    .from(runs)
    .where(and(eq(runs.kind, 'train'), eq(runs.state, 'finished'), gte(runs.endedAt, startedAt)))
    .orderBy(desc(runs.startedAt));
  return rows.find(({ tags }) => {
    const { pipelineRun, [TAG]: of } = JSON.parse(tags) as Record<string, string>;
    return pipelineRun === run && of === `${step}/${effectKey}`;
  })?.id;
}
