import type { ActivityRecord } from '@plumbline/shared/manifest';
import { agrees, occlude, reasonsOf, type Run, type Scored } from '@plumbline/shared/predict';
import type { Reason } from '@plumbline/shared/wire';
import type { LoadedModel } from './load.ts';
import { scoreRecords, type Answered } from './score.ts';
import type { Derived } from './structure.ts';

/** Occluded rows that are scored in one go: bounds the memory of a call with many records. */
const MAX_QUESTIONS = 4096;

/**
 * The reasons behind each score, strongest first. They are derived from the model's own structure where that is
 * understood and gives the very score that the session gave; else by occlusion, which is said by `approximate`.
 * @param top how many reasons per record
 */
export async function explain(
  model: LoadedModel,
  records: readonly ActivityRecord[],
  { scored, runs }: Pick<Answered, 'scored' | 'runs'>,
  top: number,
): Promise<Reason[][]> {
  const structure = model.structure?.();
  const derived = structure instanceof Promise ? await structure : structure;
  if (derived?.explainer === undefined) return byOcclusion(model, records, scored, top);
  const reasons = byStructure(derived, records, scored, runs, top);
  const left = records.flatMap((_, i) => (reasons[i] === undefined ? [i] : []));
  if (left.length === 0) return reasons as Reason[][];
  const occluded = await byOcclusion(
    model,
    left.map((i) => records[i]!),
    left.map((i) => scored[i]!),
    top,
  );
  for (const [at, i] of left.entries()) reasons[i] = occluded[at];
  return reasons as Reason[][];
}

/** Undefined where the structure does not lead to the score that the session gave. */
function byStructure(
  { explainer, rank, features }: Extract<Derived, { explainer: object }>,
  records: readonly ActivityRecord[],
  scored: readonly Scored[],
  runs: readonly Run[],
  top: number,
): (Reason[] | undefined)[] {
  const reasons: (Reason[] | undefined)[] = [];
  for (const { feeds, rows } of runs) {
    for (let row = 0; row < rows; row += 1) {
      const i = reasons.length;
      const explanation = explainer.explain(feeds, row);
      const isTrue = agrees(explainer, explanation, scored[i]?.score ?? Number.NaN);
      reasons.push(isTrue ? rank(explainer, features, records[i]!, explanation.contributions, top) : undefined);
    }
  }
  return reasons;
}

/** A model without reference has no typical values to compare with and gives none. */
async function byOcclusion(
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
