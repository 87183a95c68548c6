import { expect, it } from 'vitest';
import { generateDataset } from '../generated-dataset.ts';
import { rocAuc } from '../measure/metrics.ts';
import { judgeScores } from './judge-scores.ts';

const dataset = generateDataset({ seed: 3, rows: 200, signal: 0.9 });
const labels = Uint8Array.from(dataset.examples, ({ label }) => label);
const judge = (scores: Float64Array) => judgeScores(dataset, scores, { seed: 1, probabilities: false });

it('a score that is the same for everybody ranks nobody, however the labels are dealt', () => {
  const { figures, verdict } = judge(new Float64Array(200).fill(0.3));
  expect(figures.auc).toBe(0.5);
  expect(figures.chance.bound).toBe(0.5);
  expect(verdict).toBe('refuse');
});

it('what chance reaches lies where the normal limit of the rank sum says, ties or not', () => {
  const late = labels.reduce((sum, label) => sum + label, 0);
  const spread = Math.sqrt(201 / (12 * late * (200 - late)));
  for (const step of [0.001, 0.25]) {
    const scores = Float64Array.from(dataset.examples, ({ values }) => round(Number(values['n0'] ?? 0), step));
    const { auc, chance } = judge(scores).figures;
    expect(auc).toBeCloseTo(rocAuc(labels, scores), 12);
    // One case in a hundred: 2.33 standard deviations; 999 draws know it to about a tenth of one.
    expect((chance.bound - 0.5) / spread).toBeGreaterThan(2);
    expect((chance.bound - 0.5) / spread).toBeLessThan(2.7);
  }
});

function round(value: number, step: number): number {
  return Math.round(value / step) * step;
}
