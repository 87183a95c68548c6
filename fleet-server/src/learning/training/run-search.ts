import type { FittedModel } from '../../supply/onnx/fitted-model.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { Algorithm, Member } from '../learners/index.ts';
import { jobContext } from './job-context.ts';
import { journaledPool, journalKey } from './journal/journal.ts';
import type { JobContext } from './search/context.ts';
import { isOfOneMember } from './search/failure.ts';
import { openPool } from './search/pool.ts';
import { trackProgress } from './search/progress.ts';
import { type FitTime, type MemberFailure, type SearchResult, searchMembers } from './search/search.ts';
import type { SearchOptions, SearchSettings } from './settings.ts';

/** An algorithm none of whose configurations could be trained. */
export interface NotRun extends MemberFailure {
  algorithm: Algorithm;
}

export interface FinishedSearch {
  context: JobContext;
  search: SearchResult;
  /** Fitted on all rows: the chosen member, or the best of every algorithm. */
  models: { member: number; model: FittedModel }[];
  times: FitTime[];
  notRun: NotRun[];
}

/** The search, and the fits on all rows after it; the same for classes and for numbers. */
export async function runSearch(
  dataset: Dataset,
  settings: SearchSettings,
  options: SearchOptions,
): Promise<FinishedSearch> {
  const context = jobContext(dataset, settings);
  const { workers = 1, signal, memoryMb, journal, seed, finalists = false } = options;
  await using own = openPool(context, { workers, signal, memoryMb });
  const pool = journal === undefined ? own : await journaledPool(own, journal, journalKey(settings), seed);
  const algorithms = new Set(settings.members.map(({ algorithm }) => algorithm));
  const onFit = trackProgress(context, finalists ? algorithms.size : 1, pool.width, options.onProgress);
  const search = await searchMembers(context, pool, onFit);
  const refit = async (member: number) => {
    const { model, seconds } = await pool.run({ kind: 'refit', member });
    onFit(member, seconds);
    return { member, model, seconds };
  };
  const wanted = finalists ? search.finalists : [search.chosen];
  const settled = await Promise.allSettled(wanted.map(refit));
  const refits = settled.flatMap((one, index) => {
    if (one.status === 'fulfilled') return [one.value];
    // A runner-up that all rows are too much for is left out; the chosen one has nobody in its place.
    if (wanted[index] === search.chosen || !isOfOneMember(one.reason)) throw one.reason;
    search.results[wanted[index]!] = { failed: { code: one.reason.code, sentence: one.reason.message } };
    return [];
  });
  const refitTimes = refits.map(({ member, seconds }): FitTime => ({ member, part: 'refit', seconds }));
  const times = [...search.times, ...refitTimes].toSorted(
    (a, b) => a.member - b.member || Number(a.part) - Number(b.part),
  );
  const models = refits.map(({ member, model }) => ({ member, model }));
  const ran = models.map(({ member }) => settings.members[member]!.algorithm);
  return { context, search, models, times, notRun: notRunOf(settings.members, search, finalists ? ran : undefined) };
}

/** Algorithms with no configuration that ran, each with its first reason. */
function notRunOf(
  members: readonly Member[],
  { results, finalists }: SearchResult,
  finished: readonly Algorithm[] = finalists.map((member) => members[member]!.algorithm),
): NotRun[] {
  const ran = new Set(finished);
  const failed = results.flatMap((result, member) => {
    const { algorithm } = members[member]!;
    return 'failed' in result && !ran.has(algorithm) ? [{ algorithm, ...result.failed }] : [];
  });
  return [...new Map(failed.toReversed().map((one) => [one.algorithm, one])).values()].toReversed();
}
