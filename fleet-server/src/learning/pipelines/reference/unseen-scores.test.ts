import { assessDrift, emptyWindow, estimatePerformance, observe } from '@plumbline/shared/drift';
import { describe, expect, it } from 'vitest';
import { buildMatrix, encodeTable, fitColumns, fitMember, probabilitiesOf, type Member } from '../../learners/index.ts';
import { generateDataset } from '../../training/generated-dataset.ts';
import { referenceOf } from '../describe-model.ts';

const ROWS = 700;
const FRESH = 800;
const FOLDS = 5;
const whole = generateDataset({ seed: 3, rows: ROWS + FRESH, signal: 0.6 });
const table = encodeTable(whole.examples, whole.features);
const learned = Int32Array.from({ length: ROWS }, (_, row) => row);
const fresh = Int32Array.from({ length: FRESH }, (_, row) => ROWS + row);
const dataset = { ...whole, examples: whole.examples.slice(0, ROWS) };

/** The model of a configuration, and its scores out of fold as `train` makes them. */
function fitted(member: Member) {
  const fit = (rows: Int32Array) =>
    fitMember(member, buildMatrix(table, fitColumns(table, rows), rows), { task: 'classification', seed: 1 });
  const scoresOf = (model: ReturnType<typeof fit>, rows: Int32Array) =>
    probabilitiesOf(model, buildMatrix(table, model.columns, rows));
  const scores = new Float64Array(ROWS);
  for (let fold = 0; fold < FOLDS; fold++) {
    const held = learned.filter((row) => row % FOLDS === fold);
    scoresOf(fit(learned.filter((row) => row % FOLDS !== fold)), held).forEach((score, at) => {
      scores[held[at]!] = score;
    });
  }
  const model = fit(learned);
  const labels = table.labels.slice(0, ROWS);
  const refs = dataset.examples.map(({ ref }) => ref);
  const outOfFold = { refs, scores, labels, folds: learned.map((row) => row % FOLDS) };
  return { model, outOfFold, live: scoresOf(model, fresh) };
}

/** What drift of the score says of the stable stream. */
function verdictOn(reference: ReturnType<typeof referenceOf>, live: Float64Array) {
  const window = emptyWindow('delay@1.0.0', '', [], 0, 1);
  for (const score of live) observe(window, [], {}, score);
  return assessDrift({ ...reference, features: [] }, window);
}

/** Whether anything is estimated before an outcome, what of it alarms, and whether its interval holds what came to be. */
function estimateOn(reference: ReturnType<typeof referenceOf>, live: Float64Array) {
  const window = emptyWindow('delay@1.0.0', '', [], 0, 1);
  for (const score of live) observe(window, [], {}, score);
  const estimate = estimatePerformance(window.score, reference.calibration!, { alpha: 0.001 });
  const brier = live.reduce((sum, score, row) => sum + (score - whole.examples[ROWS + row]!.label) ** 2, 0) / FRESH;
  if (!estimate.estimated) return { estimated: false, reason: estimate.reason };
  const { low, high } = estimate.measures.brier;
  const alarms = Object.entries(estimate.measures).filter(([, { alarm }]) => alarm);
  return { estimated: true, alarms, holds: low < brier && brier < high };
}

const OVERFITTED: Member[] = [
  { algorithm: 'knn', parameters: { k: 25, weighting: 'distance' } },
  { algorithm: 'forest', parameters: { trees: 30, depth: 20, minRows: 1 } },
  { algorithm: 'forest', parameters: { trees: 5, depth: 20, minRows: 1 } },
];
const OTHERS: Member[] = [
  { algorithm: 'logistic', parameters: { c: 1 } },
  { algorithm: 'knn', parameters: { k: 15 } },
  { algorithm: 'decision-tree', parameters: { depth: 4, minRows: 30 } },
  { algorithm: 'decision-tree', parameters: { depth: 20, minRows: 1 } },
  { algorithm: 'boosting', parameters: { trees: 5, rate: 0.3, leaves: 4, minRows: 5 } },
  { algorithm: 'forest', parameters: { trees: 30, depth: 5, minRows: 20 } },
];
const named = (members: Member[]) =>
  members.map((one) => [`${one.algorithm} ${JSON.stringify(one.parameters)}`, one] as const);

describe('a stable stream', () => {
  it.each(named(OVERFITTED))('raises no alarm of %s, and would by the rows it learned', (_, member) => {
    const { model, outOfFold, live } = fitted(member);
    const reference = referenceOf(dataset, { model, outOfFold });
    expect(verdictOn(reference, live).sentence).toMatch(/^no drift/);
    expect(verdictOn(referenceOf(dataset, { model }), live).alarm).toBe(true);
    expect(estimateOn(reference, live)).toEqual({ estimated: true, alarms: [], holds: true });
  });

  it.each(named(OTHERS))('raises no alarm of %s', (_, member) => {
    const { model, outOfFold, live } = fitted(member);
    const reference = referenceOf(dataset, { model, outOfFold });
    expect(verdictOn(reference, live).sentence).toMatch(/^no drift/);
    expect(estimateOn(reference, live)).toEqual({ estimated: true, alarms: [], holds: true });
  });
});
