import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tree } from '../../../supply/onnx/fitted-model.ts';
import { probabilitiesOf, valuesOf } from '../margins.ts';
import { type Matrix, numberMatrix } from '../matrix.ts';
import { createRandom } from '../random.ts';
import { fitMember } from '../registry.ts';
import { fitDecisionTree } from './decision-tree.ts';

const leavesOf = ({ feature }: Tree): number => feature.filter((design) => design === -1).length;

/** One column `0 … n - 1` and these labels. */
const ordered = (...labels: number[]): Matrix =>
  numberMatrix(Float32Array.from(labels.keys()), Uint8Array.from(labels));

function noisy(rows: number): Matrix & { targets: Float32Array } {
  const random = createRandom(9);
  const numbers = Float32Array.from({ length: 3 * rows }, () => Math.round(50 * random.unit()));
  const late = (row: number): boolean => numbers[row]! > 25 !== numbers[rows + row]! > 30;
  const labels = Uint8Array.from({ length: rows }, (_, row) => (random.unit() < (late(row) ? 0.85 : 0.15) ? 1 : 0));
  return { ...numberMatrix(numbers, labels), targets: Float32Array.from(labels, (label) => 900 * label - 40) };
}

describe('a decision tree', () => {
  it('divides by hand-computed impurities, and answers shares', () => {
    const matrix = ordered(0, 0, 0, 1, 1, 0, 1, 1);
    const { trees, base, link } = fitDecisionTree(matrix, { depth: 1, minRows: 1 });
    expect({ base, link }).toEqual({ base: 0, link: 'identity' });
    expect([trees[0]!.feature[0], trees[0]!.threshold[0]]).toEqual([0, 2.5]);
    const shares = probabilitiesOf(fitDecisionTree(matrix, { depth: 1, minRows: 1 }), matrix);
    expect([...shares]).toEqual([0, 0, 0, 0.8, 0.8, 0.8, 0.8, 0.8].map((share) => expect.closeTo(share, 6)));
  });

  // Gini: the root has 0.5; after 2.5 it is 5/8 × 0.32 = 0.2; each further leaf gains less.
  it.each<[string, number, number]>([
    ['all that gains', 0, 4],
    ['the second and third division, which gain (0.2 - 0)/2 a leaf together', 0.11, 2],
    ['the first, which gains 0.3', 0.31, 1],
  ])('prunes %s at alpha %d', (_what, alpha, leaves) => {
    const { trees } = fitDecisionTree(ordered(0, 0, 0, 1, 1, 0, 1, 1), { depth: 8, minRows: 1, alpha });
    expect(leavesOf(trees[0]!)).toBe(leaves);
  });

  it('becomes the subtree of least cost among all prunings', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 2, maxLength: 14 }),
        fc.constantFrom(0.01, 0.03, 0.07, 0.15),
        (labels, alpha) => {
          const matrix = ordered(...labels);
          const whole = fitDecisionTree(matrix, { depth: 4, minRows: 1 });
          const pruned = fitDecisionTree(matrix, { depth: 4, minRows: 1, alpha });
          const cost = giniOf(probabilitiesOf(pruned, matrix), labels) + alpha * leavesOf(pruned.trees[0]!);
          expect(cost).toBeCloseTo(leastCost(whole.trees[0]!, 0, [...labels.keys()], labels, alpha), 6);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('divides by entropy where that is asked for', () => {
    // Gini prefers the even division, entropy the one that leaves a pure side.
    const random = createRandom(2);
    const differs = Array.from({ length: 60 }, () => {
      const matrix = ordered(...Array.from({ length: 24 }, () => random.below(2)));
      const roots = (['gini', 'entropy'] as const).map((criterion) => {
        const { trees } = fitDecisionTree(matrix, { depth: 1, minRows: 1, criterion });
        return trees[0]!.threshold[0]!;
      });
      const bits = roots.map((threshold) => entropyAfter(matrix.labels, threshold));
      expect(bits[1]).toBeLessThanOrEqual(bits[0]! + 1e-9);
      return roots[0] !== roots[1];
    });
    expect(differs).toContain(true);
  });

  it.each(['classification', 'regression'] as const)('takes a weight of two for the row twice: %s', (task) => {
    const matrix = noisy(120);
    const weights = Float64Array.from({ length: 120 }, (_, row) => 1 + (row % 3 === 0 ? 1 : 0));
    const twice = [...weights.keys()].flatMap((row) => Array<number>(weights[row]!).fill(row));
    const copied = {
      ...numberMatrix(
        Float32Array.from([0, 1, 2].flatMap((column) => twice.map((row) => matrix.numbers[120 * column + row]!))),
        Uint8Array.from(twice, (row) => matrix.labels[row]!),
      ),
      targets: Float32Array.from(twice, (row) => matrix.targets[row]!),
    };
    const answers = [{ ...matrix, weights }, copied].map((each) =>
      valuesOf(fitDecisionTree(each, { depth: 5, minRows: 1, alpha: 0.002 }, task), matrix),
    );
    answers[0]!.forEach((answer, row) => expect(answer).toBeCloseTo(answers[1]![row]!, 3));
  });

  it('answers the mean days of a leaf, thousands of them exactly', () => {
    const matrix = { ...ordered(0, 0, 0, 0), targets: Float32Array.of(-20, -40, 4990, 5000) };
    const model = fitDecisionTree(matrix, { depth: 1, minRows: 1 }, 'regression');
    expect(model.answer).toBe('value');
    expect([...valuesOf(model, matrix)]).toEqual([-30, -30, 4995, 4995].map((days) => expect.closeTo(days, 3)));
  });

  it('is one leaf where nothing divides', () => {
    expect([...probabilitiesOf(fitDecisionTree(ordered(1, 1, 1), { depth: 3, minRows: 1 }), ordered(1, 1, 1))]).toEqual(
      [1, 1, 1],
    );
  });

  it.each([
    ['decision-tree.depth', { depth: 0 }],
    ['decision-tree.criterion', { criterion: 'variance' as 'gini' }],
    ['decision-tree.alpha', { alpha: -1 }],
  ])('refuses %s', (field, more) => {
    const member = { algorithm: 'decision-tree' as const, parameters: { depth: 3, minRows: 1, ...more } };
    expect(() => fitMember(member, ordered(0, 1), { task: 'classification', seed: 0 })).toThrow(
      expect.objectContaining({ code: 'bad_parameter', field }),
    );
  });
});

/** Mean Gini impurity of rows that are answered by the share of their own leaf. */
function giniOf(shares: Float64Array, labels: number[]): number {
  const sides = Map.groupBy(labels.keys(), (row) => shares[row]!);
  return [...sides.values()].reduce((sum, rows) => sum + impurity(rows, labels), 0) / labels.length;
}

function impurity(rows: number[], labels: number[]): number {
  const late = rows.reduce((sum, row) => sum + labels[row]!, 0);
  return rows.length === 0 ? 0 : 2 * late * (1 - late / rows.length);
}

/** The least cost of any pruning below a node, by trying both. */
function leastCost(tree: Tree, node: number, rows: number[], labels: number[], alpha: number): number {
  const leaf = impurity(rows, labels) / labels.length + alpha;
  if (tree.feature[node] === -1) return leaf;
  const left = rows.filter((row) => row <= tree.threshold[node]!);
  const right = rows.filter((row) => row > tree.threshold[node]!);
  const below =
    leastCost(tree, tree.left[node]!, left, labels, alpha) + leastCost(tree, tree.right[node]!, right, labels, alpha);
  return Math.min(leaf, below);
}

function term(share: number): number {
  return share === 0 ? 0 : -share * Math.log2(share);
}

function entropyAfter(labels: Uint8Array, threshold: number): number {
  return [labels.slice(0, Math.floor(threshold) + 1), labels.slice(Math.floor(threshold) + 1)].reduce((sum, side) => {
    const late = side.filter((label) => label === 1).length / side.length;
    return sum + side.length * (term(late) + term(1 - late));
  }, 0);
}
