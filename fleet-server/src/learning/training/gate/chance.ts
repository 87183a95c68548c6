import type { JobContext } from '../search/context.ts';
import { plannedMembers } from '../search/plan.ts';
import type { JobPool } from '../search/pool.ts';
import { meanAndDeviation } from '../measure/metrics.ts';
import { studentQuantile } from '../measure/student-quantile.ts';
import { type Learner, LEARNERS, type Member, type MemberParameters } from '../../learners/index.ts';

/** What the same procedure reaches when labels mean nothing. */
export interface ChanceBound {
  /**
   * `counted`: the whole search, selection and halving included, ran on each of the draws and the bound is their 99 %
   * quantile. `estimated`: only the chosen configuration ran on a few draws; the bound is the upper prediction limit of
   * a normal null, at 1 - 0.01 / configurations to pay for the selection. Of a random or halving search every
   * configuration that was begun is counted, which overcharges: those dropped early could no longer win.
   * `permuted`: nothing was trained, labels were permuted over given scores; the bound is their 99 % quantile.
   */
  method: 'counted' | 'estimated' | 'permuted';
  draws: number;
  configurations: number;
  /** AUC to exceed; of a regression the skill. */
  bound: number;
}

export const CHANCE_LEVEL = 0.01;

/** Operations of the learners a gate may spend, 1e9 in 3 to 7 s of one core. Counts, no clock: figures must repeat. */
const COUNTED_WORK = 2e9;
const ESTIMATED_WORK = 1e9;
const MIN_DRAWS = 4;

/** The search whose choice is to be paid for. */
export interface SearchedFor {
  /** Configurations that took part. */
  members: number[];
  chosen: number;
  /** Out-of-fold AUC or skill of the chosen one. */
  figure: number;
  permutations: number;
}

/**
 * Retrains on permuted labels (Ojala & Garriga 2010). The counted test ends at the first draw too many that does as
 * well as `auc`, in order of draws, so the answer does not depend on the number of threads (Besag & Clifford 1991).
 * Labels are dealt over all rows: dependence inside groups is not in this null, see `clusteredBound` of the gate.
 */
export async function chanceBound(context: JobContext, pool: JobPool, search: SearchedFor): Promise<ChanceBound> {
  const { members, chosen, figure, permutations } = search;
  const configurations = members.length;
  const allowed = Math.floor(CHANCE_LEVEL * (permutations + 1)) - 1;
  if (allowed >= 0 && searchWork(context, members) * permutations <= COUNTED_WORK) {
    const draws = await drawUntil(pool, members, permutations, (drawn) => exceeding(drawn, figure) > allowed);
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

function exceeding(drawn: readonly number[], figure: number): number {
  return drawn.filter((value) => value >= figure).length;
}

/** Figures of the draws in order, cut after the first at which `enough` holds. */
async function drawUntil(
  pool: JobPool,
  members: number[],
  most: number,
  enough: (drawn: readonly number[]) => boolean,
): Promise<number[]> {
  const draws: number[] = [];
  while (draws.length < most) {
    const first = draws.length;
    const width = Math.min(pool.width, most - first);
    const answers = await Promise.all(
      Array.from({ length: width }, (_, step) => pool.run({ kind: 'chance', index: first + step, members })),
    );
    for (const { figure } of answers) {
      draws.push(figure);
      if (enough(draws)) return draws;
    }
  }
  return draws;
}

/** Operations of the whole search: on a lower rung fewer rows, on a higher one fewer configurations. */
function searchWork(context: JobContext, members: readonly number[]): number {
  const { rungs, factor } = context;
  const mean = members.reduce((sum, member) => sum + workOf(context, context.members[member]!), 0) / members.length;
  const asked = plannedMembers(
    members.map((member) => context.members[member]!.algorithm),
    rungs.length,
    factor,
  );
  return rungs.reduce((sum, { share }, rung) => sum + share * asked[rung]! * mean, 0);
}

/** Operations of one configuration over all folds. */
function workOf({ table, folds }: JobContext, { algorithm, parameters }: Member): number {
  const stored = table.numberNames.length + table.categories.length;
  const { work = heavyWork } = LEARNERS[algorithm] as Learner<MemberParameters>;
  return folds.reduce((sum, { train }) => sum + work(parameters, train.length, stored), 0);
}

/** Of an algorithm that does not say: many passes, and every row against every row. */
function heavyWork(_parameters: MemberParameters, rows: number, stored: number): number {
  return rows * stored * (400 + rows);
}
