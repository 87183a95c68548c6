import { describe, expect, it } from 'vitest';
import type { TreesModel } from '../../../supply/onnx/fitted-model.ts';
import { brier, rocAuc } from '../../training/measure/metrics.ts';
import { marginsOf, probabilitiesOf } from '../margins.ts';
import { type Matrix, numberMatrix } from '../matrix.ts';
import { createRandom } from '../random.ts';
import { fitMember } from '../registry.ts';
import { fitAdaBoost } from './adaboost.ts';
import { fitCalibratedAdaBoost } from './calibrated.ts';

const ordered = (...labels: number[]): Matrix =>
  numberMatrix(Float32Array.from(labels.keys()), Uint8Array.from(labels));

function noisy(seed: number, rows: number): Matrix {
  const random = createRandom(seed);
  const numbers = Float32Array.from({ length: 4 * rows }, random.unit);
  const sum = (row: number): number => [0, 1, 2, 3].reduce((all, column) => all + numbers[column * rows + row]!, 0);
  return numberMatrix(
    numbers,
    Uint8Array.from({ length: rows }, (_, row) => (sum(row) + 0.8 * (random.unit() - 0.5) > 2 ? 1 : 0)),
  );
}

describe('AdaBoost', () => {
  it('votes as computed by hand, and weighs what it got wrong', () => {
    // The first stump is wrong about row 5 alone: error 1/6, vote ln 5. That row then weighs as much as all others.
    const matrix = ordered(0, 0, 0, 1, 1, 0);
    const first = Math.log(5);
    const one = fitAdaBoost(matrix, { trees: 1 });
    expect([...marginsOf(one, matrix)]).toEqual([-1, -1, -1, 1, 1, 1].map((side) => expect.closeTo(side * first, 10)));
    expect({ base: one.base, link: one.link }).toEqual({ base: 0, link: undefined });
    // Second: all in time is wrong about rows 3 and 4, of weight 0.1 each.
    const second = Math.log(0.8 / 0.2);
    const two = marginsOf(fitAdaBoost(matrix, { trees: 2 }), matrix);
    expect(two[5]).toBeCloseTo(first - second, 10);
    expect(two[0]).toBeCloseTo(-first - second, 10);
  });

  it('ends with the tree that makes no error, its vote finite', () => {
    const { trees } = fitAdaBoost(ordered(0, 0, 1, 1), { trees: 50 });
    expect(trees).toHaveLength(1);
    expect(Math.max(...trees[0]!.value)).toBeCloseTo(Math.log(7), 10);
  });

  it('ends where nothing is better than chance, and says so by even odds', () => {
    const matrix = numberMatrix(new Float32Array(4).fill(3), Uint8Array.of(0, 1, 0, 1));
    expect([...marginsOf(fitAdaBoost(matrix, { trees: 9 }), matrix)].map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  it('ranks new rows better than its first stump', () => {
    const [matrix, fresh] = [noisy(1, 600), noisy(2, 600)];
    const aucOf = (trees: number) => rocAuc(fresh.labels, marginsOf(fitAdaBoost(matrix, { trees }), fresh));
    expect(aucOf(60)).toBeGreaterThan(aucOf(1) + 0.15);
    expect(aucOf(60)).toBeGreaterThan(0.93);
  });

  it('takes a weight of two for the row twice', () => {
    const matrix = ordered(0, 1, 0, 0, 1, 1, 0, 1, 1, 1);
    const weights = Float64Array.from({ length: 10 }, (_, row) => (row === 1 ? 2 : 1));
    const twice = [0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const copied = numberMatrix(
      Float32Array.from(twice),
      Uint8Array.from(twice, (row) => matrix.labels[row]!),
    );
    const own = marginsOf(fitAdaBoost({ ...matrix, weights }, { trees: 4 }), matrix);
    const written = marginsOf(fitAdaBoost(copied, { trees: 4 }), matrix);
    own.forEach((margin, row) => expect(margin).toBeCloseTo(written[row]!, 8));
  });

  it('is as sure as it may be once calibrated: on noise of the share of late rows, and never surer than its votes', () => {
    const random = createRandom(7);
    const numbers = Float32Array.from({ length: 4 * 400 }, random.unit);
    const noise = numberMatrix(
      numbers,
      Uint8Array.from({ length: 400 }, () => Number(random.unit() < 0.4)),
    );
    const brierOf = (model: TreesModel) => brier(noise.labels, probabilitiesOf(model, noise));
    const late = noise.labels.reduce((sum, label) => sum + label, 0) / 400;
    // On its own rows votes look good; new rows would pay for it.
    expect(brierOf(fitAdaBoost(noise, { trees: 50 }))).toBeLessThan(late * (1 - late) - 0.02);
    expect(brierOf(fitCalibratedAdaBoost(noise, { trees: 50 }, 1))).toBeCloseTo(late * (1 - late), 1);
    const [known, fresh] = [noisy(1, 600), noisy(2, 600)];
    const own = fitAdaBoost(known, { trees: 100 });
    const calibrated = fitCalibratedAdaBoost(known, { trees: 100 }, 1);
    expect(rocAuc(fresh.labels, marginsOf(calibrated, fresh))).toBeCloseTo(
      rocAuc(fresh.labels, marginsOf(own, fresh)),
      6,
    );
    expect(brier(fresh.labels, probabilitiesOf(calibrated, fresh))).toBeLessThan(
      brier(fresh.labels, probabilitiesOf(own, fresh)) + 0.005,
    );
  });

  it.each([
    ['adaboost.trees', { trees: 0 }],
    ['adaboost.depth', { depth: 9 }],
    ['adaboost.rate', { rate: 0 }],
  ])('refuses %s', (field, more) => {
    const member = { algorithm: 'adaboost' as const, parameters: { trees: 5, ...more } };
    expect(() => fitMember(member, ordered(0, 1), { task: 'classification', seed: 0 })).toThrow(
      expect.objectContaining({ code: 'bad_parameter', field }),
    );
  });
});
