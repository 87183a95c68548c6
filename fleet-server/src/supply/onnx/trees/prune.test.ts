import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { mergeConstants, roundLeaves, roundSplits } from './codebooks.ts';
import { MODE, branchCount, createLeaves, leafOf, readV5, type Ensemble } from '@plumbline/shared/onnx';
import { partition } from './partition.ts';
import { prune } from './prune.ts';
import { writeV5 } from './write-v5.ts';
import { encodeModel } from '../codec/encode-model.ts';
import type { Random } from '../export/random-models.ts';
import { below, createRandom } from '../export/random-models.ts';
import { tensorType } from '../graph/value-type.ts';

const SPLITS = [-1, -0.5, 0, 0.25, 1, 2];

/** Trees with every mode; `members` are small whole numbers, as categories are. */
function randomEnsemble(random: Random, shape: { features: number; targets: number; depth: number }): Ensemble {
  const leaves = createLeaves();
  const [feature, mode, split, onTrue, onFalse, missingTrue]: number[][] = [[], [], [], [], [], []];
  const members = new Map<number, Float64Array>();
  const leaf = () => ~leaves.idOf([below(random, shape.targets)], [Math.fround(below(random, 5) / 3 - 0.5)]);
  const grow = (depth: number): number => {
    if (depth === 0 || random() < 0.15) return leaf();
    const at = feature!.push(below(random, shape.features)) - 1;
    mode!.push(below(random, 7));
    split!.push(SPLITS[below(random, SPLITS.length)]!);
    missingTrue!.push(below(random, 2));
    if (mode![at] === MODE.member) members.set(at, Float64Array.of(1, 2 + below(random, 3)));
    onTrue!.push(0);
    onFalse!.push(0);
    onTrue![at] = grow(depth - 1);
    onFalse![at] = grow(depth - 1);
    return at;
  };
  const roots = Int32Array.from({ length: 6 }, () => grow(shape.depth));
  return {
    roots,
    feature: Int32Array.from(feature!),
    mode: Uint8Array.from(mode!),
    split: Float64Array.from(split!),
    onTrue: Int32Array.from(onTrue!),
    onFalse: Int32Array.from(onFalse!),
    missingTrue: Uint8Array.from(missingTrue!),
    members,
    leaves: leaves.finish(),
    targets: shape.targets,
    aggregate: 'SUM',
    double: false,
  };
}

/** What TreeEnsemble 5 is said to do, step by step. */
function evaluate(ensemble: Ensemble, x: ArrayLike<number>): number[] {
  const sums = Array.from({ length: ensemble.targets }, () => 0);
  for (let reference of ensemble.roots) {
    while (reference >= 0) {
      const value = x[ensemble.feature[reference]!]!;
      const taken = holds(ensemble, reference, value) || (Number.isNaN(value) && ensemble.missingTrue[reference] === 1);
      reference = taken ? ensemble.onTrue[reference]! : ensemble.onFalse[reference]!;
    }
    const { targets, weights } = leafOf(ensemble.leaves, ~reference);
    for (const [at, target] of targets.entries()) sums[target] = Math.fround(sums[target]! + weights[at]!);
  }
  return sums;
}

function holds(ensemble: Ensemble, at: number, value: number): boolean {
  const split = ensemble.split[at]!;
  const tests = [value <= split, value < split, value >= split, value > split, value === split, value !== split];
  return tests[ensemble.mode[at]!] ?? ensemble.members.get(at)!.includes(value);
}

const EDGES = [
  ...SPLITS.flatMap((split) => [split, split + 1e-3, split - 1e-3]),
  Number.NaN,
  Infinity,
  -Infinity,
  3,
  4,
  1.5,
];

describe.each(Array.from({ length: 40 }, (_, seed) => seed + 1))('random trees, seed %i', (seed) => {
  const random = createRandom(seed);
  const ensemble = randomEnsemble(random, { features: 2, targets: 1 + (seed % 3), depth: 5 });
  const rows = EDGES.flatMap((a) => EDGES.map((b) => Float32Array.of(a, b)));

  test('answer the same for every kind of number when pruned, from no more branches', () => {
    const pruned = prune(ensemble);
    expect(branchCount(pruned)).toBeLessThanOrEqual(branchCount(ensemble));
    const merged = mergeConstants(pruned, new Float64Array(), true);
    for (const row of rows) {
      expect(evaluate(pruned, row)).toEqual(evaluate(ensemble, row));
      for (const [at, sum] of evaluate(merged, row).entries()) expect(sum).toBeCloseTo(evaluate(ensemble, row)[at]!, 5);
    }
    expect(branchCount(prune(pruned))).toBe(branchCount(pruned));
  });

  test('answer the same in the runtime once written, and are read back as they were', async () => {
    const pruned = mergeConstants(prune(ensemble), new Float64Array(), true);
    const tree = writeV5(pruned, 'NONE', 'x', 'y');
    const bytes = encodeModel({
      irVersion: 10n,
      opsetImport: [{ domain: 'ai.onnx.ml', version: 5n }],
      graph: {
        name: 'g',
        node: [tree],
        input: [{ name: 'x', type: tensorType('float32', ['N', 2]) }],
        output: [{ name: 'y', type: tensorType('float32', ['N', pruned.targets]) }],
        initializer: [],
        valueInfo: [],
      },
      metadataProps: [],
      functions: [],
    });
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
    const x = Float32Array.from(rows.flatMap((row) => [...row]));
    const { y } = await session.run({ x: new ort.Tensor('float32', x, [rows.length, 2]) });
    const again = readV5(tree, 'graph.node[0]', false).ensemble;
    for (const [at, row] of rows.entries()) {
      const given = [...(y!.data as Float32Array).subarray(at * pruned.targets, (at + 1) * pruned.targets)];
      expect(given, `x = ${row}`).toEqual(evaluate(pruned, row));
      expect(evaluate(again, row)).toEqual(evaluate(pruned, row));
    }
  });

  test('keep to their codebooks when rounded, and keep all when there is room', () => {
    const rounded = roundSplits(roundLeaves(ensemble, 2), 2);
    for (let target = 0; target < ensemble.targets; target += 1) {
      const weights = [...rounded.leaves.weight].filter((_, at) => rounded.leaves.target[at] === target);
      expect(new Set(weights).size).toBeLessThanOrEqual(2);
      expect(weights.every((weight) => Object.is(Math.fround(weight), weight))).toBe(true);
    }
    for (const feature of [0, 1]) {
      const own = [...rounded.split.entries()].filter(
        ([at]) => rounded.mode[at]! <= MODE.gt && rounded.feature[at] === feature,
      );
      const kept = new Set(own.map(([, split]) => split));
      expect(kept.size).toBeLessThanOrEqual(2);
      for (const split of kept) expect(SPLITS).toContain(split);
    }
    const exact = [...ensemble.mode.keys()].filter((at) => ensemble.mode[at]! > MODE.gt);
    expect(exact.map((at) => rounded.split[at])).toEqual(exact.map((at) => ensemble.split[at]));
    const roomy = roundSplits(roundLeaves(ensemble, 256), 255);
    for (const row of rows.slice(0, 50)) expect(evaluate(roomy, row)).toEqual(evaluate(ensemble, row));
  });
});

const chain = (missingTrue: [number, number], mode: number = MODE.leq): Ensemble => {
  const leaves = createLeaves();
  const [one, two, three] = [1, 2, 3].map((weight) => ~leaves.idOf([0], [weight]));
  return {
    roots: Int32Array.of(0),
    feature: Int32Array.of(0, 0),
    mode: Uint8Array.of(MODE.leq, mode),
    split: Float64Array.of(1, 2),
    onTrue: Int32Array.of(1, one!),
    onFalse: Int32Array.of(three!, two!),
    missingTrue: Uint8Array.from(missingTrue),
    members: new Map(),
    leaves: leaves.finish(),
    targets: 1,
    aggregate: 'SUM',
    double: false,
  };
};

describe('a branch below x ≤ 1 that asks x ≤ 2', () => {
  test.each([
    ['goes, as NaN does not come there', chain([0, 0]), 1],
    ['goes, as NaN takes the only side that is left', chain([1, 1]), 1],
    ['stays, as NaN comes there and takes the other side', chain([1, 0]), 2],
    ['stays when it asks x ≠ 2 and NaN comes there', chain([1, 0], MODE.neq), 2],
  ])('%s', (_what, ensemble, branches) => {
    expect(branchCount(prune(ensemble))).toBe(branches);
  });
});

const cost = (points: Float64Array, weights: Float64Array, group: ArrayLike<number>) => {
  const sums = new Map<number, [number, number, number]>();
  for (const [at, point] of points.entries()) {
    const [weight, moment, square] = sums.get(group[at]!) ?? [0, 0, 0];
    sums.set(group[at]!, [weight + weights[at]!, moment + weights[at]! * point, square + weights[at]! * point ** 2]);
  }
  return [...sums.values()].reduce((sum, [weight, moment, square]) => sum + square - moment ** 2 / weight, 0);
};

describe('partition', () => {
  test.each([1, 2, 3, 4, 5, 6])('is as good as the best of all ways to cut, seed %i', (seed) => {
    const random = createRandom(seed);
    const points = Float64Array.from({ length: 9 }, () => random() ** 3).toSorted();
    const weights = points.map(() => 1 + below(random, 5));
    const best = { cost: Infinity };
    for (let a = 1; a < 9; a += 1) {
      for (let b = a + 1; b < 9; b += 1) {
        const cut = Array.from(points, (_, at) => (at < a ? 0 : at < b ? 1 : 2));
        best.cost = Math.min(best.cost, cost(points, weights, cut));
      }
    }
    expect(cost(points, weights, partition(points, weights, 3))).toBeCloseTo(best.cost, 12);
  });

  test('of very many points comes close to the best in short time', () => {
    const random = createRandom(9);
    const points = Float64Array.from({ length: 50_000 }, () => random()).toSorted();
    const group = partition(
      points,
      points.map(() => 1),
      256,
    );
    expect(new Set(group).size).toBe(256);
    // Uniform points: the error of each group is its width squared over twelve.
    expect(
      cost(
        points,
        points.map(() => 1),
        group,
      ) / 50_000,
    ).toBeLessThan((1.05 / 256) ** 2 / 12);
  });
});
