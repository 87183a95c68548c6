import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valuesOf } from '../margins.ts';
import { numberMatrix } from '../matrix.ts';
import { createRandom } from '../random.ts';
import { fitMember, type Member } from '../registry.ts';
import { fitBoosting } from './boosting.ts';
import { weightedQuantile } from './loss.ts';

/** Delays of 0 to 60 days that follow the first column, under noise that only ever adds. */
function delays(rows: number, unit = 1) {
  const random = createRandom(4);
  const numbers = Float32Array.from({ length: 2 * rows }, random.unit);
  const targets = Float32Array.from(
    { length: rows },
    (_, row) => unit * (40 * numbers[row]! + 20 * random.unit() ** 2),
  );
  return { ...numberMatrix(numbers, new Uint8Array(rows)), targets };
}

const parameters = { trees: 40, rate: 0.2, leaves: 8, minRows: 10 };

const near = (values: number[]) => values.map((value) => expect.closeTo(value, 4));

describe('boosting of days', () => {
  it('makes of one division the means of both sides, by hand', () => {
    const matrix = {
      ...numberMatrix(Float32Array.of(1, 2, 3, 4), new Uint8Array(4)),
      targets: Float32Array.of(0, 2, 10, 12),
    };
    const one = { trees: 1, rate: 1, leaves: 2, minRows: 1 };
    const fit = (more: object) => [...valuesOf(fitBoosting(matrix, { ...one, ...more }, 0, 'regression'), matrix)];
    expect(fit({})).toEqual(near([1, 1, 11, 11]));
    expect(fit({ rate: 0.5 })).toEqual(near([3.5, 3.5, 8.5, 8.5]));
    expect(fit({ loss: 'absolute' })).toEqual(near([1, 1, 11, 11]));
    // It starts from 10 days, the least that 70 % stay within; only the last row is above.
    expect(fit({ loss: { quantile: 0.7 } })).toEqual(near([10, 10, 10, 12]));
  });

  it.each([0.1, 0.5, 0.9])('keeps a share of %d of the delays below its quantile', (quantile) => {
    const matrix = delays(1000);
    const values = valuesOf(fitBoosting(matrix, { ...parameters, loss: { quantile } }, 0, 'regression'), matrix);
    const below = values.filter((value, row) => matrix.targets[row]! <= value).length / 1000;
    expect(below).toBeGreaterThan(quantile - 0.05);
    expect(below).toBeLessThan(quantile + 0.05);
  });

  it.each([1e-4, 1, 1e5])('learns the same in whatever unit the target comes: %d', (unit) => {
    const [plain, matrix] = [delays(300), delays(300, unit)];
    const inDays = valuesOf(fitBoosting(plain, parameters, 0, 'regression'), plain);
    const given = valuesOf(fitBoosting(matrix, parameters, 0, 'regression'), matrix);
    given.forEach((value, row) => expect(Math.abs(value / unit - inDays[row]!)).toBeLessThan(0.5));
    const apart = given.reduce((sum, value, row) => sum + (value / unit - inDays[row]!) ** 2, 0);
    const spread = inDays.reduce((sum, value) => sum + (value - 27) ** 2, 0);
    expect(apart / spread).toBeLessThan(1e-3);
  });

  it('rounds leaves so that no order of adding changes a bit of the sum', () => {
    const { trees, base } = fitBoosting(delays(400, 100), parameters, 0, 'regression');
    const random = createRandom(1);
    const parts = [base, ...trees.map(({ feature, value }) => value.filter((_, node) => feature[node] === -1)[0]!)];
    const exact = parts.reduce((sum, part) => sum + part, 0);
    for (let order = 0; order < 20; order++) {
      const dealt = parts.toSorted(() => random.unit() - 0.5);
      expect(dealt.reduce((sum, part) => Math.fround(sum + Math.fround(part)), 0)).toBe(exact);
    }
  });

  it('answers the constant where every delay is the same', () => {
    const matrix = { ...delays(100), targets: new Float32Array(100).fill(4321.5) };
    expect(new Set(valuesOf(fitBoosting(matrix, parameters, 0, 'regression'), matrix))).toEqual(new Set([4321.5]));
  });

  it.each([
    ['targets', 'bad_parameter', undefined],
    ['targets', 'bad_parameter', new Float32Array(3)],
    ['targets[7]', 'bad_value', new Float32Array(100).fill(Number.NaN, 7, 8)],
  ])('refuses %s: %s', (field, code, targets) => {
    const { targets: _, ...matrix } = delays(100);
    const member: Member = { algorithm: 'boosting', parameters };
    const broken = targets === undefined ? matrix : { ...matrix, targets };
    expect(() => fitMember(member, broken, { task: 'regression', seed: 0 })).toThrow(
      expect.objectContaining({ code, field }),
    );
  });

  it('has no loss of days for classes', () => {
    expect(() => fitBoosting(delays(60), { ...parameters, loss: 'squared' })).toThrow(
      expect.objectContaining({ code: 'bad_parameter', field: 'boosting.loss' }),
    );
  });
});

describe('weights of boosting', () => {
  const losses = [undefined, 'squared', 'absolute', { quantile: 0.3 }] as const;
  it.each(losses)('count a row of weight two as the row twice: %j', (loss) => {
    const rows = 90;
    const random = createRandom(6);
    const columns = [0, 1].map(() => Float32Array.from({ length: rows }, () => random.below(40)));
    const targets = Float32Array.from({ length: rows }, (_, row) => columns[0]![row]! + random.below(30));
    const weights = Float64Array.from({ length: rows }, () => 1 + random.below(2));
    const matrixOf = (chosen: number[]) => ({
      ...numberMatrix(
        Float32Array.from(columns.flatMap((column) => chosen.map((row) => column[row]!))),
        Uint8Array.from(chosen, (row) => (targets[row]! > 35 ? 1 : 0)),
      ),
      targets: Float32Array.from(chosen, (row) => targets[row]!),
    });
    const own = matrixOf([...weights.keys()]);
    const twice = matrixOf([...weights.keys()].flatMap((row) => Array<number>(weights[row]!).fill(row)));
    const task = loss === undefined ? 'classification' : 'regression';
    const fit = (matrix: typeof own & { weights?: Float64Array }) => {
      const small = { trees: 3, rate: 0.3, leaves: 4, minRows: 1, ...(loss && { loss }) };
      return valuesOf(fitBoosting(matrix, small, 0, task), own);
    };
    const written = fit(twice);
    fit({ ...own, weights }).forEach((value, row) => expect(value).toBeCloseTo(written[row]!, 3));
  });
});

describe('a weighted quantile', () => {
  const row = fc.record({ value: fc.integer({ min: -9, max: 9 }), weight: fc.integer({ min: 0, max: 3 }) });
  it('is the quantile of the rows written out as often as they weigh', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(0.1, 0.25, 0.5, 0.9),
        (rows, share) => {
          const written = rows.flatMap(({ value, weight }) => Array<number>(weight).fill(value));
          const [values, weights] = [rows.map((one) => one.value), rows.map((one) => one.weight)];
          const found = weightedQuantile(Float64Array.from(values), Float64Array.from(weights), share);
          expect(found).toBe(weightedQuantile(Float64Array.from(written), undefined, share));
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    [0.5, [3, 1, 2], 2],
    [0.5, [4, 1, 2, 3], 2.5],
    [0.9, [1, 2, 3, 4], 4],
    [0.25, [1, 2, 3, 4], 1.5],
  ])('of %d of %j is %d', (share, values, expected) => {
    expect(weightedQuantile(Float64Array.from(values), undefined, share)).toBe(expected);
  });
});
