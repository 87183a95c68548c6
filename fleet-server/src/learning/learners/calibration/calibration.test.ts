import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { sigmoid } from '../sigmoid.ts';
import { mixedRows, repeatRows } from '../testing/known-problems.ts';
import { crossFolds, heldOut, outOfFold } from './cross-fit.ts';
import { fitPlatt } from './platt.ts';

describe("Platt's line", () => {
  it('finds the line that made the labels, and meets the conditions of its minimum', () => {
    const random = createRandom(3);
    const margins = Float64Array.from({ length: 20_000 }, () => 6 * random.unit() - 3);
    const labels = Uint8Array.from(margins, (margin) => Number(random.unit() < sigmoid(1.7 * margin - 0.4)));
    const { slope, intercept } = fitPlatt(margins, labels, undefined);
    expect(slope).toBeCloseTo(1.7, 1);
    expect(intercept).toBeCloseTo(-0.4, 1);
    const late = labels.reduce((sum, label) => sum + label, 0);
    const targets = [1 / (20_002 - late), (late + 1) / (late + 2)];
    let [bySlope, byIntercept] = [0, 0];
    margins.forEach((margin, row) => {
      const residual = sigmoid(slope * margin + intercept) - targets[labels[row]!]!;
      bySlope += (residual * margin) / 20_000;
      byIntercept += residual / 20_000;
    });
    expect(Math.max(Math.abs(bySlope), Math.abs(byIntercept))).toBeLessThan(1e-8);
  });

  it('is flat where higher margins are late less often, or nothing is late', () => {
    const margins = Float64Array.of(-2, -1, 1, 2);
    const fallen = fitPlatt(margins, Uint8Array.of(1, 1, 0, 0), undefined);
    expect(fallen.slope).toBe(0);
    expect(sigmoid(fallen.intercept)).toBeCloseTo(0.5, 6);
    const { slope, intercept } = fitPlatt(margins, new Uint8Array(4), undefined);
    expect(slope).toBe(0);
    expect(sigmoid(intercept)).toBeLessThan(0.2);
  });

  it('stays finite where margins divide the labels', () => {
    const { slope, intercept } = fitPlatt(Float64Array.of(-900, -800, 700, 900), Uint8Array.of(0, 0, 1, 1), undefined);
    expect(Number.isFinite(slope) && Number.isFinite(intercept)).toBe(true);
    expect(sigmoid(slope * 700 + intercept)).toBeGreaterThan(0.6);
  });
});

describe('parts for cross-fitting', () => {
  const matrix = mixedRows(90, 2);

  it('are of one size for each label, keep equal rows together and depend on the seed', () => {
    const folds = crossFolds(matrix, 1);
    for (const label of [0, 1]) {
      const sizes = [0, 1, 2].map(
        (fold) => folds.filter((own, row) => own === fold && matrix.labels[row] === label).length,
      );
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
    const twice = crossFolds(repeatRows(matrix, Array<number>(90).fill(2)), 1);
    expect([...twice]).toEqual([...folds].flatMap((fold) => [fold, fold]));
    expect(crossFolds(matrix, 1)).toEqual(folds);
    expect(crossFolds(matrix, 2)).not.toEqual(folds);
  });

  it('keep groups together, each label still spread evenly, whatever the order of the rows', () => {
    const groups = Int32Array.from({ length: 90 }, (_, row) => row % 18);
    const folds = crossFolds({ ...matrix, groups }, 1);
    const byGroup = Map.groupBy([...folds.keys()], (row) => groups[row]!);
    for (const rows of byGroup.values()) expect(new Set(rows.map((row) => folds[row])).size).toBe(1);
    const late = [0, 1, 2].map((fold) => folds.filter((own, row) => own === fold && matrix.labels[row] === 1).length);
    const all = late.reduce((sum, one) => sum + one, 0);
    for (const one of late) expect(Math.abs(one - all / 3)).toBeLessThan(5);
    const renamed = crossFolds({ ...matrix, groups: groups.map((group) => 40 - group) }, 1);
    expect(renamed).toEqual(folds);
  });

  it('are dealt by rows where there are fewer groups than parts', () => {
    const groups = Int32Array.from({ length: 90 }, (_, row) => row % 2);
    expect(crossFolds({ ...matrix, groups }, 1)).toEqual(crossFolds(matrix, 1));
  });

  it('are not fitted without when the rest shows one label only', () => {
    const labels = Uint8Array.from({ length: 90 }, (_, row) => Number(row === 4));
    const lonely = { ...matrix, labels };
    const folds = crossFolds(lonely, 1);
    expect(outOfFold(lonely, folds, folds[4]!)).toBeUndefined();
    expect(outOfFold(matrix, crossFolds(matrix, 1), 0)?.filter((weight) => weight === 0).length).toBe(
      crossFolds(matrix, 1).filter((fold) => fold === 0).length,
    );
  });

  it('hold out about the share asked for', () => {
    const rows = mixedRows(2000, 1);
    const held = heldOut(rows, 5, 0.15).reduce((sum, one) => sum + one, 0);
    expect(held).toBeGreaterThan(240);
    expect(held).toBeLessThan(360);
    expect(heldOut(rows, 5, 0).includes(1)).toBe(false);
  });
});
