import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marginsOf, valuesOf } from '../margins.ts';
import type { Matrix } from '../matrix.ts';
import { numberMatrix } from '../matrix.ts';
import { createRandom } from '../random.ts';
import { fitMember } from '../registry.ts';
import { type BoostingParameters, fitBoosting } from './boosting.ts';

const COLUMNS = 3;
const ROWS = 80;

/** Labels and targets that go now up, now down with the first column, and a tenth of it missing. */
function wavy(seed: number): Matrix {
  const random = createRandom(seed);
  const numbers = Float32Array.from({ length: ROWS * COLUMNS }, () => Math.round(20 * random.unit()) / 10 - 1);
  const waves = Float32Array.from({ length: ROWS }, (_, row) => Math.sin(4 * numbers[row]!) + numbers[ROWS + row]!);
  const labels = Uint8Array.from(waves, (wave) => (wave + random.unit() > 0.7 ? 1 : 0));
  for (let row = 0; row < ROWS; row += 10) numbers[row] = Number.NaN;
  return { ...numberMatrix(numbers, labels), targets: waves.map((wave) => 400 * wave + 30 * random.unit()) };
}

/** The same rows with another value in the first column. */
function withFirst(matrix: Matrix, value: number): Matrix {
  const numbers = matrix.numbers.slice();
  numbers.fill(value, 0, ROWS);
  return { ...matrix, numbers };
}

const shape = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  trees: fc.integer({ min: 1, max: 15 }),
  rate: fc.constantFrom(0.1, 0.5, 1),
  leaves: fc.constantFrom(3, 8, 30),
  minRows: fc.constantFrom(1, 5),
  l2: fc.constantFrom(0, 2),
});
const rising = [-2, -0.65, -0.2, 0.05, 0.4, 0.9, 3].map(Math.fround);

describe('boosted trees with monotone features', () => {
  it.each(['classification', 'regression'] as const)('never answer against the order asked for: %s', (task) => {
    fc.assert(
      fc.property(shape, fc.constantFrom('up' as const, 'down' as const), ({ seed, ...parameters }, direction) => {
        const matrix = wavy(seed);
        const model = fitBoosting(matrix, { ...parameters, monotone: { x0: direction } }, 0, task);
        const answers = rising.map((value) => valuesOf(model, withFirst(matrix, value)));
        const sign = direction === 'up' ? 1 : -1;
        for (let step = 1; step < answers.length; step++) {
          answers[step]!.forEach((answer, row) => {
            expect(sign * (answer - answers[step - 1]![row]!)).toBeGreaterThanOrEqual(-1e-9);
          });
        }
      }),
      { numRuns: 25 },
    );
  });

  it('would answer against it if nobody asked', () => {
    const matrix = wavy(1);
    const model = fitBoosting(matrix, { trees: 15, rate: 0.5, leaves: 8, minRows: 5 });
    const [low, high] = [-0.2, 0.4].map((value) => marginsOf(model, withFirst(matrix, value)));
    const [late] = [1].map((value) => marginsOf(model, withFirst(matrix, value)));
    const directions = high!.map((answer, row) => Math.sign(answer - low![row]!) * Math.sign(late![row]! - answer));
    expect(directions.some((each) => each < 0)).toBe(true);
  });

  it('are the unbounded ones where the data is in order anyhow', () => {
    const numbers = Float32Array.from({ length: 200 }, (_, row) => row);
    const labels = Uint8Array.from({ length: 200 }, (_, row) => (row < 100 ? 0 : 1));
    const matrix = numberMatrix(numbers, labels);
    const parameters = { trees: 5, rate: 0.1, leaves: 2, minRows: 5 };
    const plain = marginsOf(fitBoosting(matrix, parameters), matrix);
    const bound = marginsOf(fitBoosting(matrix, { ...parameters, monotone: { x0: 'up' } }), matrix);
    plain.forEach((margin, row) => expect(bound[row]).toBeCloseTo(margin, 10));
  });

  const parameters = { trees: 3, rate: 0.1, leaves: 4, minRows: 5 };
  it.each<[string, Partial<BoostingParameters>]>([
    ['boosting.monotone.float', { monotone: { float: 'up' } }],
    ['boosting.monotone.x0', { monotone: { x0: 'rising' as 'up' } }],
    ['boosting.loss', { monotone: { x0: 'up' }, loss: 'absolute' }],
    ['boosting.loss', { loss: 'huber' as 'absolute' }],
    ['boosting.loss.quantile', { loss: { quantile: 1 } }],
    ['boosting.categories', { categories: 'sets' as 'native' }],
    ['boosting.smoothing', { smoothing: -1 }],
  ])('refuse %s: %j', (field, more) => {
    const member = { algorithm: 'boosting' as const, parameters: { ...parameters, ...more } };
    expect(() => fitMember(member, wavy(1), { task: 'regression', seed: 0 })).toThrow(
      expect.objectContaining({ code: 'bad_parameter', field }),
    );
  });
});
