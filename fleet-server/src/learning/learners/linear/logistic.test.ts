import { describe, expect, it } from 'vitest';
import { generateDataset } from '../../training/generated-dataset.ts';
import { buildMatrix, fitColumns, numberMatrix } from '../matrix.ts';
import { encodeTable } from '../table.ts';
import { fitLogistic } from './logistic.ts';
import { standardise } from './standard.ts';
import { probabilitiesOf } from '../margins.ts';
import { createRandom } from '../random.ts';

describe('logistic regression', () => {
  it.each([0.01, 1, 100])('stands where the penalised gradient is zero (C = %d)', (c) => {
    const { examples, features } = generateDataset({ seed: 1, rows: 400, signal: 1 });
    const table = encodeTable(examples, features);
    const all = Int32Array.from({ length: 400 }, (_, row) => row);
    const matrix = buildMatrix(table, fitColumns(table, all), all);
    const model = fitLogistic(matrix, { c });
    const residuals = probabilitiesOf(model, matrix).map((probability, row) => probability - matrix.labels[row]!);
    const standard = standardise(matrix);
    model.weights.forEach((weight, column) => {
      const slope = residuals.reduce((sum, residual, row) => {
        const value = column < 4 ? standard[column * 400 + row]! : Number(matrix.codes[0]![row] === column - 4);
        return sum + residual * value;
      }, 0);
      expect(Math.abs(weight + c * slope)).toBeLessThan(1e-3 * c + 1e-4);
    });
    expect(Math.abs(residuals.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-3);
  });

  it('finds the weights that made the labels', () => {
    const random = createRandom(7);
    const numbers = Float32Array.from({ length: 20_000 }, () => 4 * random.unit() - 2);
    const labels = numbers.slice(0, 10_000).map((value) => Number(random.unit() < 1 / (1 + Math.exp(1 - 2 * value))));
    const { weights, columns, bias } = fitLogistic(numberMatrix(numbers, Uint8Array.from(labels)), { c: 1000 });
    const [told, idle] = columns.numbers;
    expect(weights[0]! / told!.scale).toBeCloseTo(2, 0);
    expect(Math.abs(weights[1]! / idle!.scale)).toBeLessThan(0.1);
    expect(bias - (weights[0]! * told!.mean) / told!.scale).toBeCloseTo(-1, 0);
  });
});
