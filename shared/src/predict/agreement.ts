import type { Golden } from '../manifest/golden.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { encodeRuns } from './encode.ts';
import type { Explainer, Explanation } from './explain/explainer.ts';

/** Runtimes compute in float32; a structure that was misread is further off than that, on one record or another. */
const TOLERANCE = 1e-4;
/** How exactly contributions add up to the raw score. */
const SUM_TOLERANCE = 1e-5;

/** Whether an explanation belongs to the score that the session gave, and adds up. */
export function agrees({ base }: Pick<Explainer, 'base'>, { raw, score, contributions }: Explanation, said: number) {
  let sum = base;
  for (let i = 0; i < contributions.length; i += 1) sum += contributions[i]!;
  return (
    Math.abs(score - said) <= TOLERANCE * Math.max(1, Math.abs(said)) &&
    Math.abs(sum - raw) <= SUM_TOLERANCE * Math.max(1, Math.abs(raw))
  );
}

/** Index of the first golden row whose score the structure does not lead to, or -1. */
export function firstDisagreement(manifest: Pick<Manifest, 'inputs'>, { rows }: Golden, explainer: Explainer): number {
  return rows.findIndex(({ record, score }) => {
    const [run] = encodeRuns(manifest, [record]);
    return run === undefined || !agrees(explainer, explainer.explain(run.feeds, 0), score);
  });
}
