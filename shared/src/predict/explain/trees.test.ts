import { assert, constantFrom, double, integer, property, record as shape } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODE } from '../../onnx/index.ts';
import { createPathExplainer, takesTrue, type ScoredTrees, type TreeExplainer } from './tree-paths.ts';
import { createShapExplainer, TABLE_BUDGET } from './tree-shap.ts';

const COLUMNS = 4;
const ownColumns = Int32Array.from({ length: COLUMNS }, (_, at) => at);

/** A xorshift, so that a failing example is told by two numbers. */
function createRandom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

interface Forest {
  trees: ScoredTrees;
  shares: Float64Array;
}

function forest(seed: number, count: number, depth: number, modes: readonly number[] = [MODE.leq]): Forest {
  const random = createRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const branches: { column: number; split: number; mode: number; missing: number; yes: number; no: number }[] = [];
  const leaves: number[] = [];
  const grow = (left: number): number => {
    if (left === 0 || random() < 0.15) return ~(leaves.push(random() * 2 - 1) - 1);
    const at = branches.length;
    const split = Math.fround(below(9) / 4 - 1);
    branches.push({
      column: below(COLUMNS),
      split,
      mode: modes[below(modes.length)]!,
      missing: below(2),
      yes: 0,
      no: 0,
    });
    branches[at]!.yes = grow(left - 1);
    branches[at]!.no = grow(left - 1);
    return at;
  };
  const roots = Int32Array.from({ length: count }, () => grow(depth));
  const column = (pick: (branch: (typeof branches)[number]) => number) => branches.map(pick);
  return {
    trees: {
      roots,
      column: Int32Array.from(column((one) => one.column)),
      split: Float64Array.from(column((one) => one.split)),
      mode: Uint8Array.from(column((one) => one.mode)),
      missingTrue: Uint8Array.from(column((one) => one.missing)),
      onTrue: Int32Array.from(column((one) => one.yes)),
      onFalse: Int32Array.from(column((one) => one.no)),
      leaf: Float64Array.from(leaves),
    },
    // Sides that no row took are among them.
    shares: Float64Array.from(branches, () => below(5) / 4),
  };
}

/** What the trees say when only the columns of a set are known: the definition, node by node. */
function worth({ trees, shares }: Forest, design: Float64Array, known: number): number {
  const below = (reference: number): number => {
    if (reference < 0) return trees.leaf[~reference]!;
    const column = trees.column[reference]!;
    const [yes, no] = [trees.onTrue[reference]!, trees.onFalse[reference]!];
    if (((known >> column) & 1) === 1) return below(takesTrue(trees, reference, design[column]!) ? yes : no);
    return shares[reference]! * below(yes) + (1 - shares[reference]!) * below(no);
  };
  return trees.roots.reduce((sum, root) => sum + below(root), 0);
}

/** Shapley's formula over all sets of columns. */
function shapley(of: Forest, design: Float64Array, column: number): number {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  let sum = 0;
  for (let known = 0; known < 2 ** COLUMNS; known += 1) {
    if (((known >> column) & 1) === 1) continue;
    const size = [...known.toString(2)].filter((bit) => bit === '1').length;
    const weight = (factorial(size) * factorial(COLUMNS - size - 1)) / factorial(COLUMNS);
    sum += weight * (worth(of, design, known | (1 << column)) - worth(of, design, known));
  }
  return sum;
}

const value = constantFrom(Number.NaN, -1, -0.75, 0, 0.1, 0.25, 0.5, 1, 3);
const forests = shape({
  seed: integer({ min: 1 }),
  count: integer({ min: 1, max: 4 }),
  depth: integer({ min: 0, max: 5 }),
});
const designs = shape({ a: value, b: value, c: value, d: value });

function explained(explainer: TreeExplainer, design: Float64Array) {
  const contributions = new Float64Array(COLUMNS);
  const sum = explainer.explain(design, contributions);
  return { sum, contributions, total: contributions.reduce((all, each) => all + each, explainer.base) };
}

describe('tables of Shapley values', () => {
  it.each([[[MODE.leq]], [[MODE.lt, MODE.gte, MODE.gt, MODE.eq, MODE.neq]]])(
    'are what Shapley’s formula gives over all sets of columns, whatever the branches ask (%j)',
    (modes) => {
      assert(
        property(forests, designs, ({ seed, count, depth }, { a, b, c, d }) => {
          const of = forest(seed, count, depth, modes);
          const design = Float64Array.of(a, b, c, d);
          const { contributions, sum } = explained(createShapExplainer(of.trees, of.shares, ownColumns)!, design);
          for (let column = 0; column < COLUMNS; column += 1) {
            expect(contributions[column]).toBeCloseTo(shapley(of, design, column), 10);
          }
          expect(sum).toBeCloseTo(worth(of, design, 2 ** COLUMNS - 1), 10);
        }),
        { numRuns: 150 },
      );
    },
  );

  it('add up, from the mean of the training rows to the sum of the leaves', () => {
    assert(
      property(forests, designs, ({ seed, count, depth }, { a, b, c, d }) => {
        const of = forest(seed, count, depth);
        const explainer = createShapExplainer(of.trees, of.shares, ownColumns)!;
        const { total, sum } = explained(explainer, Float64Array.of(a, b, c, d));
        expect(explainer.base).toBeCloseTo(worth(of, new Float64Array(COLUMNS), 0), 10);
        expect(total).toBeCloseTo(sum, 10);
      }),
    );
  });

  it('are left to path contributions when they would outgrow their budget', () => {
    const { trees, shares } = forest(3, 400, 9);
    expect(trees.leaf.length * 2 ** COLUMNS * COLUMNS).toBeGreaterThan(TABLE_BUDGET);
    expect(createShapExplainer(trees, shares, ownColumns)).toBeUndefined();
  });

  it('give columns of one feature to that feature', () => {
    const { trees, shares } = forest(5, 3, 4);
    const design = Float64Array.of(0, 0.5, 1, -1);
    const apart = explained(createShapExplainer(trees, shares, ownColumns)!, design).contributions;
    const together = explained(createShapExplainer(trees, shares, Int32Array.of(0, 1, 1, 1))!, design).contributions;
    expect(together[0]).toBeCloseTo(apart[0]!, 12);
    expect(together[1]).toBeCloseTo(apart[1]! + apart[2]! + apart[3]!, 12);
  });
});

/** The change of the mean at each branch on the way, added up by column. */
function byHand(of: Forest, design: Float64Array): Float64Array {
  const mean = (reference: number): number =>
    reference < 0
      ? of.trees.leaf[~reference]!
      : of.shares[reference]! * mean(of.trees.onTrue[reference]!) +
        (1 - of.shares[reference]!) * mean(of.trees.onFalse[reference]!);
  const contributions = new Float64Array(COLUMNS);
  for (const root of of.trees.roots) {
    let at = root;
    while (at >= 0) {
      const column = of.trees.column[at]!;
      const child = (takesTrue(of.trees, at, design[column]!) ? of.trees.onTrue : of.trees.onFalse)[at]!;
      contributions[column]! += mean(child) - mean(at);
      at = child;
    }
  }
  return contributions;
}

describe('path contributions', () => {
  it.each([
    ['packed', [MODE.leq]],
    ['of any mode', [MODE.lt, MODE.gte, MODE.neq, MODE.eq]],
  ])('of branches that are %s are the changes of the mean on the way down', (_, modes) => {
    assert(
      property(forests, designs, ({ seed, count, depth }, { a, b, c, d }) => {
        const of = forest(seed, count, depth, modes);
        const design = Float64Array.of(a, b, c, d);
        const explainer = createPathExplainer(of.trees, of.shares, ownColumns);
        const { contributions, sum, total } = explained(explainer, design);
        for (const [column, wanted] of byHand(of, design).entries()) {
          expect(contributions[column]).toBeCloseTo(wanted, 10);
        }
        expect(sum).toBeCloseTo(worth(of, design, 2 ** COLUMNS - 1), 10);
        expect(total).toBeCloseTo(sum, 10);
      }),
      { numRuns: 150 },
    );
  });

  it('compare splits that are no float32 in double', () => {
    const { trees, shares } = forest(7, 1, 1);
    const split = 0.1;
    const exact = { ...trees, split: Float64Array.from(trees.split, () => split) };
    const paths = createPathExplainer(exact, shares, ownColumns);
    assert(
      property(double({ min: 0.0999999, max: 0.1000001, noNaN: true }), (x) => {
        const design = new Float64Array(COLUMNS).fill(x);
        expect(explained(paths, design).sum).toBe(worth({ trees: exact, shares }, design, 2 ** COLUMNS - 1));
      }),
    );
  });
});
