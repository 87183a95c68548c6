import { MODE, branchCount, createLeaves, isLeafRef, leafOf, type Ensemble } from '@plumbline/shared/onnx';

/** Where a value of one feature can still lie on the way down; NaN is followed on its own. */
interface Domain {
  low: number;
  high: number;
  /** The bound itself is excluded. */
  lowOpen: boolean;
  highOpen: boolean;
  nan: boolean;
}

const EVERYTHING: Domain = { low: -Infinity, high: Infinity, lowOpen: false, highOpen: false, nan: true };

const NEVER_FALSE = 1;
const NEVER_TRUE = 2;

/**
 * The same answers for every x, NaN and ±Inf included, from fewer branches: those that contradict the ones above them
 * go, and so do those whose two sides are equal. Trees may become a single leaf. Linear in branches times depth.
 */
export function prune(ensemble: Ensemble): Ensemble {
  const verdict = followDomains(ensemble);
  const size = branchCount(ensemble);
  /** What stands for each branch, and a number that equal subtrees have in common. */
  const stands = new Int32Array(size);
  const same = new Int32Array(size);
  const classes = new Map<string, number>();
  const stand = (reference: number) => (isLeafRef(reference) ? reference : stands[reference]!);
  const sameAs = (reference: number) => (isLeafRef(reference) ? reference : same[reference]!);
  for (let at = size - 1; at >= 0; at -= 1) {
    const [yes, no] = [ensemble.onTrue[at]!, ensemble.onFalse[at]!];
    const left = verdict[at] === NEVER_FALSE ? yes : verdict[at] === NEVER_TRUE ? no : undefined;
    if (left !== undefined || sameAs(yes) === sameAs(no)) {
      stands[at] = stand(left ?? no);
      same[at] = sameAs(left ?? no);
      continue;
    }
    stands[at] = at;
    const test = `${ensemble.feature[at]},${ensemble.mode[at]},${ensemble.split[at]},${ensemble.missingTrue[at]}`;
    const key = `${test},${ensemble.members.get(at)?.join() ?? ''},${sameAs(yes)},${sameAs(no)}`;
    same[at] = classes.get(key) ?? classes.size;
    classes.set(key, same[at]!);
  }
  return rebuild(ensemble, stand);
}

/** Keeps what the roots still lead to, parents first, and the leaves still in use. */
export function rebuild(ensemble: Ensemble, stand: (reference: number) => number): Ensemble {
  const leaves = createLeaves();
  const leafIds = new Map<number, number>();
  const uses = new Map<number, number>();
  const order: number[] = [];
  const open: number[] = [];
  const roots = ensemble.roots.map(stand);
  const place = new Int32Array(branchCount(ensemble));
  const visit = (reference: number) => {
    if (isLeafRef(reference)) uses.set(~reference, (uses.get(~reference) ?? 0) + 1);
    else open.push(reference);
  };
  for (const root of roots) {
    visit(root);
    while (open.length > 0) {
      const at = open.pop()!;
      place[at] = order.push(at) - 1;
      visit(stand(ensemble.onFalse[at]!));
      visit(stand(ensemble.onTrue[at]!));
    }
  }
  for (const leaf of [...uses.keys()].toSorted((a, b) => a - b)) {
    const { targets, weights } = leafOf(ensemble.leaves, leaf);
    leafIds.set(leaf, leaves.idOf(targets, weights, ensemble.leaves.cover[leaf]!));
  }
  const refer = (reference: number) => (isLeafRef(reference) ? ~leafIds.get(~reference)! : place[reference]!);
  return {
    ...ensemble,
    roots: roots.map(refer),
    feature: Int32Array.from(order, (at) => ensemble.feature[at]!),
    mode: Uint8Array.from(order, (at) => ensemble.mode[at]!),
    split: Float64Array.from(order, (at) => ensemble.split[at]!),
    onTrue: Int32Array.from(order, (at) => refer(stand(ensemble.onTrue[at]!))),
    onFalse: Int32Array.from(order, (at) => refer(stand(ensemble.onFalse[at]!))),
    missingTrue: Uint8Array.from(order, (at) => ensemble.missingTrue[at]!),
    members: new Map(
      [...ensemble.members].flatMap(([at, set]) => (order[place[at]!] === at ? [[place[at]!, set]] : [])),
    ),
    leaves: leaves.finish(),
  };
}

/** For each branch whether one of its sides is out of reach; branches out of reach themselves are left at 0. */
function followDomains(ensemble: Ensemble): Uint8Array {
  const verdict = new Uint8Array(branchCount(ensemble));
  const domains = new Map<number, Domain>();
  // A step either enters a branch or, on the way back up, restores the domain of one feature.
  const steps: ({ enter: number; feature?: number; domain?: Domain } | { feature: number; restore: Domain })[] = [];
  for (const root of ensemble.roots) {
    if (!isLeafRef(root)) steps.push({ enter: root });
    while (steps.length > 0) {
      const step = steps.pop()!;
      if ('restore' in step) {
        domains.set(step.feature, step.restore);
        continue;
      }
      if (step.domain !== undefined) domains.set(step.feature!, step.domain);
      const at = step.enter;
      const feature = ensemble.feature[at]!;
      const here = domains.get(feature) ?? EVERYTHING;
      const [yes, no] = narrow(ensemble, at, here);
      if (isEmpty(no)) verdict[at] = NEVER_FALSE;
      else if (isEmpty(yes)) verdict[at] = NEVER_TRUE;
      for (const [child, domain] of [
        [ensemble.onFalse[at]!, no],
        [ensemble.onTrue[at]!, yes],
      ] as const) {
        if (isLeafRef(child) || isEmpty(domain)) continue;
        steps.push({ feature, restore: here }, { enter: child, feature, domain });
      }
    }
    domains.clear();
  }
  return verdict;
}

function isEmpty({ low, high, lowOpen, highOpen, nan }: Domain): boolean {
  return !nan && (low > high || (low === high && (lowOpen || highOpen)));
}

const none = (domain: Domain): Domain => ({ ...domain, low: Infinity, high: -Infinity });

/** The domains of the true and of the false side. */
function narrow(ensemble: Ensemble, at: number, here: Domain): [yes: Domain, no: Domain] {
  const mode = ensemble.mode[at]!;
  const split = ensemble.split[at]!;
  const nanTrue = ensemble.missingTrue[at] === 1;
  // Some runtimes hold NaN ≠ split for true, others ask the flag alone: neither side is ruled out.
  const yes = { ...here, nan: here.nan && (nanTrue || mode === MODE.neq) };
  const no = { ...here, nan: here.nan && !nanTrue };
  if (mode === MODE.member) return [yes, no];
  if (Number.isNaN(split)) return mode === MODE.neq ? [yes, none(no)] : [none(yes), no];
  switch (mode) {
    case MODE.leq:
      return [below(yes, split, false), above(no, split, true)];
    case MODE.lt:
      return [below(yes, split, true), above(no, split, false)];
    case MODE.gte:
      return [above(yes, split, false), below(no, split, true)];
    case MODE.gt:
      return [above(yes, split, true), below(no, split, false)];
    case MODE.eq:
      return [only(yes, split), without(no, split)];
    default:
      return [without(yes, split), only(no, split)];
  }
}

function below(domain: Domain, bound: number, open: boolean): Domain {
  if (bound > domain.high) return domain;
  return { ...domain, high: bound, highOpen: bound === domain.high ? domain.highOpen || open : open };
}

function above(domain: Domain, bound: number, open: boolean): Domain {
  if (bound < domain.low) return domain;
  return { ...domain, low: bound, lowOpen: bound === domain.low ? domain.lowOpen || open : open };
}

function only(domain: Domain, value: number): Domain {
  return below(above(domain, value, false), value, false);
}

function without(domain: Domain, value: number): Domain {
  return domain.low === value && domain.high === value ? none(domain) : domain;
}
