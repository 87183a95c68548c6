import type { JobContext } from '../search/job.ts';
import type { JobPool } from '../search/pool.ts';
import { meanAndDeviation } from '../measure/metrics.ts';
import { studentQuantile } from '../measure/student-quantile.ts';
import { type ForestParameters, type Member } from '../../learners/index.ts';

/** What the same procedure reaches when labels mean nothing. */
export interface ChanceBound {
  /**
   * `counted`: the whole search, selection included, ran on each of the draws and the bound is their 99 % quantile.
   * `estimated`: only the chosen configuration ran on a few draws; the bound is the upper prediction limit of a normal
   * null, at 1 - 0.01 / configurations to pay for the selection.
   * `permuted`: nothing was trained, labels were permuted over given scores; the bound is their 99 % quantile.
   */
  method: 'counted' | 'estimated' | 'permuted';
  draws: number;
  configurations: number;
  /** AUC to exceed. */
  bound: number;
}

export const CHANCE_LEVEL = 0.01;

/** Operations of the learners a gate may spend, 1e9 in 3 to 7 s of one core. Counts, no clock: figures must repeat. */
const COUNTED_WORK = 2e9;
const ESTIMATED_WORK = 1e9;
const MIN_DRAWS = 4;
/** Typical L-BFGS evaluations of one logistic fit. */
const LOGISTIC_PASSES = 40;

/**
 * Retrains on permuted labels (Ojala & Garriga 2010). The counted test ends at the first draw too many that does as
 * well as `auc`, in order of draws, so the answer does not depend on the number of threads (Besag & Clifford 1991).
 * Labels are dealt over all rows: dependence inside groups is not in this null, see `clusteredBound` of the gate.
 */
export async function chanceBound(
  context: JobContext,
  pool: JobPool,
  chosen: number,
  auc: number,
  permutations: number,
): Promise<ChanceBound> {
  const all = [...context.members.keys()];
  const searchWork = all.reduce((sum, member) => sum + workOf(context, context.members[member]!), 0);
  const configurations = all.length;
  const allowed = Math.floor(CHANCE_LEVEL * (permutations + 1)) - 1;
  if (allowed >= 0 && searchWork * permutations <= COUNTED_WORK) {
    const draws = await drawUntil(pool, all, permutations, (aucs) => exceeding(aucs, auc) > allowed);
    const bound = draws.toSorted((a, b) => b - a)[allowed]!;
    return { method: 'counted', draws: draws.length, configurations, bound };
  }
  const affordable = Math.floor(ESTIMATED_WORK / workOf(context, context.members[chosen]!));
  const wanted = Math.max(MIN_DRAWS, Math.min(permutations, affordable));
  const draws = await drawUntil(pool, [chosen], wanted, () => false);
  const { mean, sd } = meanAndDeviation(draws);
  const quantile = studentQuantile(1 - CHANCE_LEVEL / configurations, draws.length - 1);
  const bound = mean + quantile * sd * Math.sqrt(1 + 1 / draws.length);
  return { method: 'estimated', draws: draws.length, configurations, bound };
}

function exceeding(aucs: readonly number[], auc: number): number {
  return aucs.filter((value) => value >= auc).length;
}

/** AUCs of the draws in order, cut after the first at which `enough` holds. */
async function drawUntil(
  pool: JobPool,
  members: number[],
  most: number,
  enough: (aucs: readonly number[]) => boolean,
): Promise<number[]> {
  const draws: number[] = [];
  while (draws.length < most) {
    const first = draws.length;
    const width = Math.min(pool.width, most - first);
    const answers = await Promise.all(
      Array.from({ length: width }, (_, step) => pool.run({ kind: 'chance', index: first + step, members })),
    );
    for (const { auc } of answers) {
      draws.push(auc);
      if (enough(draws)) return draws;
    }
  }
  return draws;
}

/** Every level of a tree reads its rows into the drawn columns; a bootstrap holds some two thirds of the rows. */
function forestTreeWork(rows: number, stored: number, { depth, minRows, features }: ForestParameters): number {
  const drawn = Math.min(stored, features ?? Math.sqrt(stored));
  const leaves = Math.min(2 ** depth, rows / minRows);
  return drawn * (0.64 * rows * Math.log2(Math.max(2, leaves)) + leaves * Math.min(rows, 255));
}

/** Operations of one configuration over all folds: rows read into histograms and bins scanned, or matrix passes. */
function workOf({ table, folds }: JobContext, { algorithm, parameters }: Member): number {
  const stored = table.numberNames.length + table.categories.length;
  return folds.reduce((sum, { train }) => {
    const rows = train.length;
    if (algorithm === 'logistic') return sum + 2 * LOGISTIC_PASSES * rows * stored;
    if (algorithm === 'forest') return sum + parameters.trees * forestTreeWork(rows, stored, parameters);
    const leaves = Math.min(parameters.leaves, rows / parameters.minRows);
    const filled = rows * stored * (1 + Math.log2(Math.max(2, leaves)) / 2);
    const scanned = 2 * leaves * stored * Math.min(rows, parameters.bins ?? 255);
    return sum + parameters.trees * (filled + scanned);
  }, 0);
}
