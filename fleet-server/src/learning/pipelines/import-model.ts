import { derivedSources, withDerived } from '@plumbline/shared/activity';
import { featuresOf, type ActivityRecord } from '@plumbline/shared/manifest';
import { valuesOf } from '@plumbline/shared/predict';
import type { ModelLab } from '../../platform/ports/index.ts';
import {
  intakeModel,
  optimizeModel,
  scoresOf,
  submitForApproval,
  type ModelMapping,
  type PublishDeps,
} from '../../supply/models/index.ts';
import { historiesOfRows, type Dataset } from '../datasets/index.ts';
import { trackRun } from '../experiments/index.ts';
import type { DaysVerdict, ScoresVerdict } from '../training/index.ts';
import { judgeForeign, rowsToJudge } from './delay/judge-foreign.ts';
import { provenanceOf, referenceFrom, rowsIn } from './describe-model.ts';
import { matchFeatures, valuesByColumn } from './match-features.ts';
import type { Release } from './release-model.ts';
import { requirePass } from './require-pass.ts';

export interface ForeignModel {
  mapping: ModelMapping;
  bytes: Uint8Array;
  /** Rows and outcomes the model is judged on; its columns are those of the mapping. */
  dataset: Dataset;
}

export interface ImportedRelease extends Release {
  /** What cleaning changed in the graph, in words. */
  changes: string[];
  gate: ScoresVerdict | DaysVerdict;
}

const SEED = 1;
/** Records of the first look, which only asks whether graph and mapping fit together. */
const FIRST_LOOK = 8;

/**
 * A model made elsewhere on the road of our own: scored on a dataset in a trial process, judged, described by a
 * reference of those rows, shrunk, sealed; it then awaits its second signature. What cannot be known of it is on its
 * card in words.
 * @throws ModelError `model_input_unknown`, `model_input_differs` naming the feature; PipelineError `gate_refused`;
 * TrainingError `too_few_rows`, `one_class`, `no_targets` for days without rows that have a delay; OnnxError
 */
export async function importModel(
  deps: PublishDeps & { lab: ModelLab },
  actor: string,
  foreign: ForeignModel,
): Promise<ImportedRelease> {
  const { mapping, dataset } = foreign;
  const { line, target, algorithm } = mapping;
  const about = { experiment: line, kind: 'import' as const, dataset, settings: { target, algorithm }, seed: SEED };
  const { value } = await trackRun(deps, actor, about, async () => {
    const { figures, ...release } = await takeIn(deps, actor, foreign);
    const { verdict, reasons } = release.gate;
    const metrics = { values: figures, gate: { verdict, reasons } };
    return { value: release, outcome: { metrics, result: { line, version: release.version } } };
  });
  return value;
}

async function takeIn(
  deps: PublishDeps & { lab: ModelLab },
  actor: string,
  { mapping, bytes, dataset: given }: ForeignModel,
): Promise<ImportedRelease & { figures: Record<string, number> }> {
  const { golden, profiles, ...meaning } = mapping;
  const dataset = rowsToJudge(meaning.output, given);
  const inputs = matchFeatures(meaning.inputs, dataset);
  const sources = derivedSources(featuresOf({ inputs }));
  const histories = sources.length > 0 ? historiesOfRows(dataset) : () => undefined;
  const records = dataset.examples.map((example): ActivityRecord => {
    const { ref, startAt, site } = example;
    const record = { activity: ref, values: valuesByColumn(example, dataset.features), asOf: startAt };
    return sources.length > 0 ? withDerived(sources, record, histories(site)) : record;
  });
  const intake = { ...meaning, inputs, bytes, card: {} };
  const looked = await intakeModel(deps, { ...intake, goldenRecords: records.slice(0, FIRST_LOOK) }, deps.now());
  const scores = Float64Array.from(await scoresOf(deps.lab, looked, records));
  const judged = judgeForeign(meaning.output, dataset, scores, SEED);
  const { gate } = judged;
  requirePass(gate);
  const features = featuresOf({ inputs });
  const rows = rowsIn(dataset.examples).map((row, at) => ({ ...row, values: valuesOf(features, records[at]!) }));
  const accepted = await intakeModel(
    deps,
    {
      ...intake,
      reference: referenceFrom(features, rows, [...scores], judged),
      ...(golden ? { goldenRecords: golden } : {}),
      card: {
        origin: 'imported',
        producer: looked.graph.producer,
        changes: looked.changes,
        dataset: provenanceOf(dataset),
        metrics: judged.metrics,
        gate,
      },
    },
    deps.now(),
  );
  const optimized = await optimizeModel(deps, accepted, {
    rows: { records, labels: judged.labels, generated: 0 },
    metric: judged.metric,
    ...(profiles ? { profiles } : {}),
  });
  const release = await submitForApproval(deps, actor, optimized);
  const { trials, declined } = optimized;
  return { ...release, trials, declined, changes: accepted.changes, gate, figures: judged.figures };
}
