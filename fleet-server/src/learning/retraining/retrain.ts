import { randomUUID } from 'node:crypto';
import { answerInWords } from '@plumbline/shared/manifest';
import { record } from '../../platform/audit/index.ts';
import { retrainings } from '../../platform/db/index.ts';
import type { ModelLab } from '../../platform/ports/index.ts';
import { outputsOf, type PublishDeps, type VersionSummary } from '../../supply/models/index.ts';
import { registerDataset, type Dataset } from '../datasets/index.ts';
import { metricsOfTraining, reportFiles, reportOf, trackRun, type RunOutcome } from '../experiments/index.ts';
import { PipelineError, releaseModel, trainModel, type Release, type TrainedModel } from '../pipelines/index.ts';
import type { TrainOptions } from '../training/index.ts';
import { compareWithChampion, type Comparison, type ComparisonRules } from './compare.ts';
import { chooseWindow, type ChosenWindow } from './data-window/choose-window.ts';
import { rowsOfWindow, type WindowRules } from './data-window/rows-of-window.ts';
import type { WindowForm } from './policy/policy.ts';

export interface Retraining {
  id: string;
  /** `candidate better`: it was only examined. */
  decision: 'published' | 'kept champion' | 'gate refused' | 'candidate better';
  sentence: string;
  comparison: Comparison | undefined;
  /** Which rows a candidate learns from, where more than one form was asked for. */
  window?: ChosenWindow | undefined;
  release: Release | undefined;
}

export interface RetrainInput {
  line: string;
  trigger: string;
  dataset: Dataset;
  champion: VersionSummary;
  /** The champion has seen no label that became known from then on, ms. */
  championTrainedAt: number;
  options: TrainOptions;
  rules?: Pick<ComparisonRules, 'level' | 'minimumGain' | 'tolerance' | 'sliceLimit'>;
  /** Forms of data window to choose from by back-test. Default: all rows. */
  windows?: { forms: readonly WindowForm[]; rules: WindowRules };
  /** False: a winner is named and not released. Default true. */
  release?: boolean;
  /** The moment that a released candidate is of, ms: its window ends there. Default: now. */
  asOf?: number;
  /** More for the card of a release. */
  card?: Record<string, unknown>;
}

/** The candidate has won on rows it had not seen; the gate still has to agree, with a wider bound. */
const GATE_PERMUTATIONS = 9;

/**
 * One turn of the loop: compare, and only when the candidate wins train it on everything known and hand it on for
 * approval. What was tried and why it ended so is kept as a run and audited either way.
 * @throws PipelineError `answer_not_learned` for a line that answers a value
 */
export async function retrain(
  deps: PublishDeps & { lab: ModelLab },
  actor: string,
  input: RetrainInput,
): Promise<Retraining> {
  const { line, dataset, champion, options, trigger } = input;
  await requireChances(deps, line, champion.version);
  await registerDataset(deps, actor, dataset);
  const { seed, algorithms, grid, folds, split } = options;
  const settings = { trigger, champion: champion.version, algorithms, grid, folds, split };
  const about = { experiment: line, kind: 'retrain' as const, dataset, settings, seed };
  const { value } = await trackRun(deps, actor, about, async () => {
    const { retraining, trained } = await turn(deps, actor, input);
    return { value: retraining, outcome: await outcomeOf(line, retraining, trained) };
  });
  return value;
}

/** A turn compares chances and trains for chances; days beside them would be read as one. */
async function requireChances({ database }: Pick<PublishDeps, 'database'>, line: string, version: string) {
  const output = (await outputsOf(database.db, line)).get(version);
  if (output === undefined || output.kind === 'classes') return;
  throw new PipelineError(
    'answer_not_learned',
    `${line}@${version} answers ${answerInWords(output)}, and retraining compares chances`,
    {
      kind: 'refused',
      field: 'line',
      expected: 'a line that answers classes; train a regression anew and release it as a version of its own',
    },
  );
}

async function turn(
  deps: PublishDeps & { lab: ModelLab },
  actor: string,
  input: RetrainInput,
): Promise<{ retraining: Retraining; trained: TrainedModel | undefined }> {
  const { line, dataset, champion, windows, release = true } = input;
  const before = input.championTrainedAt;
  const window = windows && (await chooseWindow(deps, dataset, { ...windows, knownBefore: before }, input.options));
  const windowOf = (known: Dataset, at: number) =>
    (windows && window && rowsOfWindow(known, window.form, at, windows.rules)) ?? known;
  const comparison = await compareWithChampion(deps, dataset, champion, before, window?.options ?? input.options, {
    ...input.rules,
    windowOf,
  });
  const id = `t-${randomUUID().slice(0, 8)}`;
  const { sentence } = comparison;
  let outcome: Omit<Retraining, 'id' | 'comparison'> = { decision: 'kept champion', sentence, release: undefined };
  let trained: TrainedModel | undefined;
  if (comparison.winner === 'candidate' && !release) outcome = { ...outcome, decision: 'candidate better' };
  else if (comparison.winner === 'candidate') {
    const options = { ...input.options, ...comparison.configuration, gatePermutations: GATE_PERMUTATIONS };
    trained = await trainModel(windowOf(dataset, input.asOf ?? deps.now()), options);
    // A release waits for people: whoever gave it up meanwhile wants none.
    options.signal?.throwIfAborted();
    const card = { comparison, trigger: input.trigger, ...(window && { window: tellWindow(window) }), ...input.card };
    outcome =
      trained.gate.verdict === 'refuse'
        ? {
            decision: 'gate refused',
            sentence: trained.gate.reasons.map((one) => one.sentence).join(' '),
            release: undefined,
          }
        : { decision: 'published', sentence, release: await releaseModel(deps, actor, line, trained, card) };
  }
  await deps.database.transaction(async (tx) => {
    await tx.insert(retrainings).values({
      id,
      line,
      trigger: input.trigger,
      champion: champion.version,
      candidate: outcome.release?.version ?? null,
      decision: outcome.decision,
      sentence: outcome.sentence,
      details: JSON.stringify({ comparison, dataset: dataset.version, ...(window && { window: tellWindow(window) }) }),
      at: deps.now(),
    });
    await record(tx, {
      actor,
      action: 'retraining.decide',
      subject: `model:${line}`,
      details: { id, trigger: input.trigger, decision: outcome.decision, sentence: outcome.sentence },
    });
  });
  return { retraining: { id, comparison, window, ...outcome }, trained };
}

/** What a card and a row say of it: the options are in the comparison. */
function tellWindow({ form, testedOn, trials }: ChosenWindow) {
  return { form, testedOn, trials };
}

/** Of a candidate that lost only the comparison is known: it was never trained on everything. */
async function outcomeOf(line: string, retraining: Retraining, trained: TrainedModel | undefined): Promise<RunOutcome> {
  const { comparison, release } = retraining;
  const candidate = comparison?.candidate ?? { auc: null, brier: null };
  if (trained === undefined) return { metrics: { values: { ...candidate } } };
  return {
    metrics: metricsOfTraining(trained),
    artifacts: reportFiles(await reportOf(trained)),
    ...(release === undefined ? {} : { result: { line, version: release.version } }),
  };
}
