import { openBundle, type ActivityRecord, type Feature } from '@plumbline/shared/manifest';
import { sha256Hex } from '@plumbline/shared/trust';
import type { ArtifactStore, ModelLab } from '../../platform/ports/index.ts';
import { scoresOf, type VersionSummary } from '../../supply/models/index.ts';
import { exportModel } from '../../supply/onnx/index.ts';
import type { Example } from '../datasets/index.ts';
import { inputsOf, OUTPUT, recordOf } from '../pipelines/index.ts';
import type { TrainingResult } from '../training/index.ts';

/** Scores of a registered version on records, by its own bundle, in a trial process. */
export async function scoresOfVersion(
  deps: { lab: ModelLab; artifacts: ArtifactStore },
  version: VersionSummary,
  records: ActivityRecord[],
): Promise<number[]> {
  const [variant] = version.variants;
  if (variant === undefined || records.length === 0) return [];
  const bundle = await openBundle(await deps.artifacts.get(variant.archive), async (bytes) => sha256Hex(bytes));
  return scoresOf(deps.lab, { bytes: bundle.model, ...bundle.manifest }, records);
}

/** Scores of a model that is not registered, by the graph that would be. */
export async function scoresOfTrained(
  lab: ModelLab,
  { model }: Pick<TrainingResult, 'model'>,
  features: readonly Feature[],
  rows: readonly Example[],
): Promise<number[]> {
  if (rows.length === 0) return [];
  const graph = { bytes: exportModel(model), inputs: inputsOf(model, [...features]), output: OUTPUT };
  return scoresOf(lab, graph, rows.map(recordOf));
}
