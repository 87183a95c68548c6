import type { TrainingErrorCode } from '../errors.ts';
import { TrainingError } from '../errors.ts';
import { fitColumns, matrixWidth, refuseMember } from '../../learners/index.ts';
import type { Scores } from '../measure/metrics.ts';
import { foldLoss, meanOfFolds } from './chance-draw.ts';
import type { JobContext } from './context.ts';
import { ownTruth } from './context.ts';
import { errorOf, failureOf, isOfOneMember } from './failure.ts';
import { planSearch } from './plan.ts';
import type { JobPool } from './pool.ts';

/** Why a configuration has no figures. */
export interface MemberFailure {
  code: TrainingErrorCode;
  sentence: string;
}

export interface FitTime {
  member: number;
  /** Fold number, or `refit` for the fit on all rows. */
  part: number | 'refit';
  seconds: number;
  /** Share of the training rows, on the lower rungs of a halving search. */
  share?: number;
}

/** What a member came to: scores of every fold's validation rows at the highest rung it reached, or a failure. */
export type MemberResult = { rung: number; scores: Scores[] } | { failed: MemberFailure };

export interface SearchResult {
  /** In order of members. */
  results: MemberResult[];
  /** Index of a member. */
  chosen: number;
  /** The best member of each algorithm that has one. */
  finalists: number[];
  times: FitTime[];
}

/** Told after each fit. */
export type OnFit = (member: number, seconds: number) => void;

/**
 * Searches over the members by the plan of the strategy; least mean loss over folds is chosen. A configuration that
 * its algorithm declines, or whose thread dies twice, is marked and the others go on.
 * Throws `nothing_ran` when none is left.
 */
export async function searchMembers(context: JobContext, pool: JobPool, onFit: OnFit): Promise<SearchResult> {
  const { members, folds, rungs, factor } = context;
  const truth = ownTruth(context);
  const times: FitTime[] = [];
  const results: MemberResult[] = [];
  const scoreMember = async (member: number, rung: number): Promise<MemberResult> => {
    const answers = await Promise.allSettled(
      folds.map(async (_, fold) => {
        const { scores, seconds } = await pool.run({ kind: 'fold', member, fold, rung });
        const { share } = rungs[rung]!;
        times.push({ member, part: fold, seconds, ...(share < 1 ? { share } : {}) });
        onFit(member, seconds);
        return scores;
      }),
    );
    // Every fold is awaited, so that no answer of a failed member is under way when the search ends.
    const wrong = answers.find((one) => one.status === 'rejected');
    if (wrong !== undefined) return { failed: failureOfMember(wrong.reason) };
    return { rung, scores: answers.map((one) => (one as PromiseFulfilledResult<Scores>).value) };
  };
  const lossOf = (member: number): number | undefined => {
    const result = results[member]!;
    if ('failed' in result) return undefined;
    const mean = meanOfFolds(result.scores.map((scores, fold) => foldLoss(context, fold, scores, truth)));
    if (mean === undefined) results[member] = { failed: NOT_NUMBERS };
    return mean;
  };

  // What the fit on all rows would be refused is not tried on the smaller parts.
  const declined = declinedMembers(context);
  const algorithms = members.map(({ algorithm }) => algorithm);
  const plan = planSearch(algorithms, [...members.keys()], rungs.length, factor);
  let step = plan.next();
  while (!step.done) {
    const { rung, members: asked } = step.value;
    const scored = await Promise.all(asked.map(async (member) => declined.get(member) ?? scoreMember(member, rung)));
    asked.forEach((member, index) => (results[member] = scored[index]!));
    step = plan.next(asked.map(lossOf));
  }
  const { chosen, finalists } = step.value;
  if (chosen === undefined) throw nothingRan(results, algorithms);
  return { results, chosen, finalists, times };
}

function declinedMembers({ table, matrix, members, regression, sites }: JobContext): Map<number, MemberResult> {
  const all = Int32Array.from({ length: table.rows }, (_, row) => row);
  const size = { rows: table.rows, columns: matrixWidth(fitColumns(table, all, matrix)), sites };
  const declined = new Map<number, MemberResult>();
  members.forEach((one, member) => {
    try {
      refuseMember(one, regression === undefined ? 'classification' : 'regression', size);
    } catch (error) {
      declined.set(member, { failed: failureOfMember(errorOf(failureOf(error))) });
    }
  });
  return declined;
}

const NOT_NUMBERS: MemberFailure = { code: 'worker_failed', sentence: 'Its answers are no finite numbers.' };

/** Rethrows what concerns more than this one configuration. */
function failureOfMember(error: unknown): MemberFailure {
  if (!isOfOneMember(error)) throw error;
  return { code: error.code, sentence: error.message };
}

function nothingRan(results: readonly MemberResult[], algorithms: readonly string[]): TrainingError {
  const reasons = results.flatMap((result, member) =>
    'failed' in result ? [`${algorithms[member]}: ${result.failed.sentence}`] : [],
  );
  return new TrainingError('nothing_ran', `No configuration could be trained. ${[...new Set(reasons)].join(' ')}`, {
    kind: 'refused',
    field: 'algorithms',
    expected: 'an algorithm that takes this many rows and this task',
  });
}
