import { datasetVersion, type Dataset } from '../../datasets/index.ts';
import { createRandom } from '../../learners/index.ts';
import type { RetrainPolicy, WindowForm } from '../policy/policy.ts';

const DAY_MS = 86_400_000;

/** What a form of window needs to know beside the rows. */
export interface WindowRules extends Pick<RetrainPolicy, 'recentDays' | 'halfLifeDays' | 'seed'> {
  /** When the world changed, ms, where something was found. */
  changeAt?: number | undefined;
}

/**
 * The rows of `dataset` that a candidate of `now` learns from. `recent` and `since-change` by when an activity started;
 * `weighted` keeps each row with a chance that halves every half life, which is what a weight of that size would do on
 * average. The same seed keeps the same rows.
 * @returns undefined where the form means nothing: no change was found
 */
export function rowsOfWindow(dataset: Dataset, form: WindowForm, now: number, rules: WindowRules): Dataset | undefined {
  const { changeAt } = rules;
  if (form === 'all') return dataset;
  if (form === 'since-change') {
    return changeAt === undefined ? undefined : only(dataset, ({ startAt }) => startAt >= changeAt);
  }
  if (form === 'recent') return only(dataset, ({ startAt }) => startAt >= now - rules.recentDays * DAY_MS);
  const random = createRandom(rules.seed);
  return only(dataset, ({ startAt }) => {
    const ageDays = Math.max(0, now - startAt) / DAY_MS;
    return random.unit() < 2 ** (-ageDays / rules.halfLifeDays);
  });
}

function only(dataset: Dataset, keeps: (example: Dataset['examples'][number]) => boolean): Dataset {
  const kept = { ...dataset, examples: dataset.examples.filter(keeps) };
  return { ...kept, version: datasetVersion(kept) };
}
