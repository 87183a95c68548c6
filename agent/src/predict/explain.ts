import type { ActivityRecord } from '@plumbline/shared/manifest';
import { occlude, reasonsOf, type Scored } from '@plumbline/shared/predict';
import type { Reason } from '@plumbline/shared/wire';
import type { LoadedModel } from './load.ts';
import { scoreRecords } from './score.ts';

/** Occluded rows that are scored in one go: bounds the memory of a call with many records. */
const MAX_QUESTIONS = 4096;

/**
 * The reasons behind each score, strongest first, by occlusion. A model without reference has no typical values
 * to compare with and gives none.
 * @param top how many reasons per record
 */
export async function explain(
  model: LoadedModel,
  records: readonly ActivityRecord[],
  scored: readonly Scored[],
  top: number,
): Promise<Reason[][]> {
  const { reference, manifest } = model;
  if (reference === undefined) return records.map(() => []);
  const all: Reason[][] = [];
  for (let next = 0; next < records.length;) {
    const asked = [];
    for (let questions = 0; next < records.length && questions < MAX_QUESTIONS; next += 1) {
      const record = records[next] as ActivityRecord;
      const occlusion = occlude(manifest, reference, record);
      asked.push({ record, occlusion, score: scored[next]?.score ?? 0, from: questions });
      questions += occlusion.records.length;
    }
    const answers = await scoreRecords(
      model,
      asked.flatMap(({ occlusion }) => occlusion.records),
    );
    for (const { record, occlusion, score, from } of asked) {
      const scores = answers.slice(from, from + occlusion.records.length).map((one) => one.score);
      all.push(reasonsOf(occlusion, record, score, scores, top));
    }
  }
  return all;
}
