import type { Ensemble, PostTransform, TreeOperator } from './ensemble.ts';
import { isLeafRef, leafCount, leafOf } from './ensemble.ts';

/** `scores · coefficients` (one row an output) `+ intercepts`. */
export interface Combination {
  coefficients: number[][];
  intercepts: number[];
}

/** Each target as it is, plus its base value. */
export function plus(base: Float64Array): Combination {
  const coefficients = Array.from(base, (_, row) => Array.from(base, (_other, at) => (at === row ? 1 : 0)));
  return { coefficients, intercepts: [...base] };
}

/** How sums become scores and, when by another combination than the scores themselves, the label. */
export interface Decision {
  scores: Combination;
  postTransform: PostTransform;
  label?: Combination;
  /** The labels are the numbers 0 and 1, whatever the operator's own are. */
  numbered?: true;
}

export function severalClasses({ ensemble, base, postTransform }: TreeOperator): Decision | string {
  const missing = [...presence(ensemble)].some((state) => state !== 'always');
  // A class without any weight on the way is out of the running, even where the others are negative.
  const winsAnyway = ensemble.leaves.weight.every((weight) => weight > 0) && everyLeafWeighs(ensemble);
  if (missing && base.length === 0 && !winsAnyway) return 'some rows have no weight for some of its classes';
  if (base.length !== 0 && base.length !== ensemble.targets) return 'it has base values for some of its classes only';
  return { scores: plus(base.length === 0 ? new Float64Array(ensemble.targets) : base), postTransform };
}

/** One row of a combination: how much of the sum of the first and of the second class, plus a number. */
type Row = readonly [first: number, second: number, plus: number];

function combine(...rows: Row[]): Combination {
  return { coefficients: rows.map(([first, second]) => [first, second]), intercepts: rows.map((row) => row[2]) };
}

/**
 * Two classes are scored by rules of their own in ONNX Runtime (tree_ensemble_aggregator.h, ml_common.h): where weights
 * name one class only, one sum decides, a probability when no weight is negative and a margin otherwise. Of two sums
 * the second alone decides, by its sign; with two base values it is not even its own sum.
 */
export function twoClasses(operator: TreeOperator): Decision | string {
  const { base, weighted, labels } = operator;
  const [first, second] = presence(operator.ensemble);
  if (weighted.targets.size === 0 || second === 'sometimes') return 'some rows have no weight for its second class';
  const single = weighted.targets.size === 1;
  if (single && second === 'never' && base.length < 2) return oneSum(operator, base[0] ?? 0);
  if (base.length > 0 && first === 'sometimes') return 'some rows have no weight for its first class';
  const limit = single && weighted.allPositive ? 0.5 : 0;
  const [one, two] = pairOf(base, first !== 'never', second === 'always');
  // LinearClassifier takes the second label where the second of two numbers is larger.
  const label = combine([0, 0, limit], second === 'always' ? two : one);
  // With weights for both classes the answer is the number 0 or 1 itself where labels are numbers.
  const numbers = !single && 'ints' in labels! ? { numbered: true as const } : {};
  return { scores: combine(one, two), postTransform: operator.postTransform, label, ...numbers };
}

/** The two scores before the post-transform; a class that no weight was found for reads as 0. */
function pairOf(base: Float64Array, first: boolean, second: boolean): [Row, Row] {
  const [own = 0, other = 0] = base;
  if (base.length < 2) {
    return [
      [first ? 1 : 0, 0, first ? own : 0],
      [0, second ? 1 : 0, 0],
    ];
  }
  if (!second) {
    return [
      [1, 0, own],
      [0, 0, 0],
    ];
  }
  return [first ? [-1, 0, -other] : [0, 0, 0], [1, 0, other]];
}

function oneSum({ postTransform, weighted }: TreeOperator, offset: number): Decision | string {
  if (postTransform === 'PROBIT') return 'PROBIT leaves its second score undefined';
  const margins = combine([-1, 0, -offset], [1, 0, offset]);
  if (postTransform === 'LOGISTIC') {
    const label = weighted.allPositive ? { label: combine([0, 0, 0.5], [1, 0, offset]) } : {};
    return { scores: margins, postTransform, ...label };
  }
  const shares = combine([-1, 0, 1 - offset], [1, 0, offset]);
  return { scores: weighted.allPositive ? shares : margins, postTransform: 'NONE' };
}

type Presence = 'always' | 'sometimes' | 'never';

/** Whether each target gets a weight on every way down the trees, on some, or on none. */
function presence(ensemble: Ensemble): Presence[] {
  const states = Array.from({ length: ensemble.targets }, (): Presence => 'never');
  for (const root of ensemble.roots) {
    const counts = new Int32Array(ensemble.targets);
    let uses = 0;
    forEachLeaf(ensemble, root, (leaf) => {
      uses += 1;
      for (const target of new Set(leafOf(ensemble.leaves, leaf).targets)) counts[target]! += 1;
    });
    for (const [target, count] of counts.entries()) {
      if (count === uses) states[target] = 'always';
      else if (count > 0 && states[target] === 'never') states[target] = 'sometimes';
    }
  }
  return states;
}

/** What is really added: among several targets, one that no weight was found for stays 0 in ONNX Runtime. */
export function baseOf({ ensemble, base }: TreeOperator): Float64Array | string {
  if (base.length !== ensemble.targets) return new Float64Array();
  if (base.length === 1) return base;
  const states = presence(ensemble);
  if (states.some((state, target) => state === 'sometimes' && base[target] !== 0)) {
    return 'some rows have no weight for some of its targets';
  }
  return base.map((value, target) => (states[target] === 'never' ? 0 : value));
}

function everyLeafWeighs({ leaves }: Ensemble): boolean {
  return Array.from({ length: leafCount(leaves) }, (_, leaf) => leaves.start[leaf + 1]! > leaves.start[leaf]!).every(
    Boolean,
  );
}

/** Every use of a leaf in one tree. */
function forEachLeaf(ensemble: Ensemble, root: number, visit: (leaf: number) => void): void {
  const open = [root];
  while (open.length > 0) {
    const reference = open.pop()!;
    if (isLeafRef(reference)) visit(~reference);
    else open.push(ensemble.onFalse[reference]!, ensemble.onTrue[reference]!);
  }
}
