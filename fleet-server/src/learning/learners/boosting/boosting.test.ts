import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateDataset } from '../../training/generated-dataset.ts';
import { marginsOf, probabilitiesOf } from '../margins.ts';
import { createRandom } from '../random.ts';
import type { Matrix } from '../matrix.ts';
import { buildMatrix, fitColumns, numberMatrix } from '../matrix.ts';
import { rocAuc } from '../../training/measure/metrics.ts';
import { encodeTable } from '../table.ts';
import { binMatrix } from './bins.ts';
import { fitBoosting, fitBoostingWithMargins } from './boosting.ts';
import { fitMember, type Member } from '../registry.ts';

function generatedMatrix(seed: number, rows: number): Matrix {
  const { examples, features } = generateDataset({ seed, rows, signal: 1 });
  const table = encodeTable(examples, features);
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  return buildMatrix(table, fitColumns(table, all), all);
}

const parameters = { trees: 20, rate: 0.1, leaves: 15, minRows: 5 };

describe('boosted trees', () => {
  it.each([{}, { rowShare: 0.7, columnShare: 0.6 }, { bins: 7, l2: 1, maxDepth: 3 }])(
    'route raw values as they routed bins, with missing values and categories: %j',
    (more) => {
      const matrix = generatedMatrix(1, 800);
      const { model, margins } = fitBoostingWithMargins(matrix, { ...parameters, ...more }, 5);
      expect(marginsOf(model, matrix)).toEqual(margins);
      for (const { threshold } of model.trees) for (const value of threshold) expect(Math.fround(value)).toBe(value);
    },
  );

  it('put bin edges between neighbours even where float32 has no number between', () => {
    const neighbours = fc
      .float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e30), max: Math.fround(1e30) })
      .chain((value) =>
        fc.shuffledSubarray([value, nextFloat(value), nextFloat(nextFloat(value)), value + 1, Number.NaN], {
          minLength: 2,
        }),
      );
    fc.assert(
      fc.property(fc.array(neighbours, { minLength: 1, maxLength: 80 }), fc.constantFrom(3, 255), (drawn, maxBins) => {
        const values = Float32Array.from(drawn.flat());
        const { bins, thresholds, valueBins } = binMatrix(numberMatrix(values, new Uint8Array(values.length)), maxBins)
          .columns[0]!;
        expect(valueBins).toBeLessThanOrEqual(maxBins);
        const expected = Array.from(values, (value) =>
          Number.isNaN(value) ? valueBins : thresholds.findIndex((threshold) => value <= threshold),
        );
        expect([...bins]).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('learn that missing itself tells', () => {
    const random = createRandom(2);
    const labels = Uint8Array.from({ length: 300 }, () => random.below(2));
    const numbers = Float32Array.from(labels, (label) => (label === 1 ? Number.NaN : random.unit()));
    const matrix = numberMatrix(numbers, labels);
    expect(rocAuc(labels, probabilitiesOf(fitBoosting(matrix, parameters), matrix))).toBe(1);
  });

  it('are the same for the same seed and differ for another when rows are drawn', () => {
    const matrix = generatedMatrix(2, 300);
    const drawn = { ...parameters, rowShare: 0.5 };
    expect(fitBoosting(matrix, drawn, 1)).toEqual(fitBoosting(matrix, drawn, 1));
    expect(fitBoosting(matrix, drawn, 1)).not.toEqual(fitBoosting(matrix, drawn, 2));
  });

  it('never leave fewer than minRows training rows in a leaf', () => {
    const matrix = generatedMatrix(3, 400);
    const { trees } = fitBoosting(matrix, { ...parameters, minRows: 30 });
    for (const tree of trees) {
      const model = { kind: 'trees' as const, columns: matrix.columns, trees: [tree], base: 0 };
      const rowsOf = Map.groupBy(marginsOf(model, matrix), (value) => value);
      for (const rows of rowsOf.values()) expect(rows.length).toBeGreaterThanOrEqual(30);
    }
  });

  it('stop early on noise', () => {
    const random = createRandom(4);
    const labels = Uint8Array.from({ length: 400 }, () => random.below(2));
    const matrix = numberMatrix(Float32Array.from({ length: 1200 }, random.unit), labels);
    const { trees } = fitBoosting(matrix, { ...parameters, trees: 300, earlyStop: { share: 0.25, rounds: 10 } }, 1);
    expect(trees.length).toBeLessThan(100);
  });

  it('refuse parameters outside their range', () => {
    const matrix = generatedMatrix(5, 60);
    const member: Member = { algorithm: 'boosting', parameters: { ...parameters, bins: 256 } };
    expect(() => fitMember(member, matrix, { task: 'classification', seed: 0 })).toThrow(
      expect.objectContaining({ code: 'bad_parameter', field: 'boosting.bins' }),
    );
  });
});

/** The next float32 above. */
function nextFloat(value: number): number {
  const bits = new Int32Array(Float32Array.of(value === 0 ? 0 : value).buffer);
  bits[0]! += bits[0]! >= 0 ? 1 : -1;
  return new Float32Array(bits.buffer)[0]!;
}
