import { beforeAll, describe, expect, it } from 'vitest';
import { scoreBin, SCORE_BINS, shiftWords, type Reference } from '../../shared/src/drift/index.ts';
import { labelsKnownBefore, type Example } from '../../fleet-server/src/learning/datasets/index.ts';
import { referenceOf } from '../../fleet-server/src/learning/pipelines/index.ts';
import { scoresOfTrained } from '../../fleet-server/src/learning/retraining/index.ts';
import { generateDataset } from '../../fleet-server/src/learning/training/generated-dataset.ts';
import { train } from '../../fleet-server/src/learning/training/index.ts';
import { createModelLab } from '../../fleet-server/src/platform/adapters/index.ts';
import { heldAgainst, MEASURES, type Scored } from '../bench/cbpe/by-year.ts';
import { withExamples } from './shuffle.ts';

const TRAINED_AT = 1600 * 86_400_000;
const ALPHA = 0.01;

let reference: Reference;
let future: Scored[];

beforeAll(async () => {
  const dataset = generateDataset({ seed: 4, rows: 4_000, signal: 1 });
  const known = withExamples(dataset, labelsKnownBefore(dataset, TRAINED_AT));
  const trained = await train(known, { seed: 1, algorithms: ['logistic'], grid: { logistic: [{ c: 1 }] }, workers: 0 });
  reference = referenceOf(known, trained);
  const examples = dataset.examples.filter(({ startAt }) => startAt >= TRAINED_AT);
  const lab = createModelLab();
  const scores = await scoresOfTrained(lab, trained, dataset.features, examples);
  await lab.close();
  future = examples.map((example, i) => ({ example, score: scores[i] ?? Number.NaN }));
});

const isClear = ({ example }: Scored) => Math.abs(Number(example.values['n0'] ?? 0)) > 1;
/** What meant late means in time, for one row in three: no input has moved. */
const turned = (rows: readonly Scored[]): Scored[] =>
  rows.map(({ example, score }, i) => ({
    score,
    example: i % 3 === 0 ? { ...example, label: (1 - example.label) as Example['label'] } : example,
  }));

const zeros = () => Array<number>(SCORE_BINS).fill(0);

function wordsOf(rows: readonly Scored[]): string[] {
  const counts = { negative: zeros(), positive: zeros(), scores: zeros() };
  for (const { example, score } of rows) {
    counts.scores[scoreBin(score)]! += 1;
    counts[example.label === 1 ? 'positive' : 'negative'][scoreBin(score)]! += 1;
  }
  return shiftWords(reference.calibration!, counts, { alpha: 0.001 }).words;
}

describe('performance by scores alone', () => {
  it.each<[string, () => Scored[], string[]]>([
    ['where nothing has changed', () => future, []],
    ['where other rows come in, and more of them are clear', () => future.filter(isClear), ['covariate']],
  ])('holds what came of it %s', (_what, rowsOf, words) => {
    const judged = heldAgainst(rowsOf(), reference, ALPHA);
    if ('reason' in judged) throw new Error(judged.reason);
    expect(judged.n).toBeGreaterThan(500);
    for (const name of MEASURES) expect({ name, ...judged.measures[name] }).toMatchObject({ covers: true });
    expect(wordsOf(rowsOf())).toEqual(words);
  });

  it('is nearer to what came of it than belief in the figures of training, where other rows come in', () => {
    const judged = heldAgainst(future.filter(isClear), reference, ALPHA);
    if ('reason' in judged) throw new Error(judged.reason);
    for (const { estimate, realised, before } of MEASURES.map((name) => judged.measures[name])) {
      expect(Math.abs(before - realised)).toBeGreaterThan(0.02);
      expect(Math.abs(estimate - realised)).toBeLessThan(Math.abs(before - realised));
    }
  });

  it('cannot see that scores end otherwise than they did, which outcomes say in a word', () => {
    const [same, other] = [future, turned(future)].map((rows) => heldAgainst(rows, reference, ALPHA));
    if ('reason' in same! || 'reason' in other!) throw new Error('expected an estimate');
    for (const name of MEASURES) {
      expect(other!.measures[name].estimate).toBe(same!.measures[name].estimate);
      expect({ name, ...other!.measures[name] }).toMatchObject({ covers: false });
    }
    expect(wordsOf(turned(future))).toEqual(['concept']);
  });
});
