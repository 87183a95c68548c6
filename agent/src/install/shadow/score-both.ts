import type { ActivityRecord } from '@plumbline/shared/manifest';
import type { TrialResult } from '../../ports/index.ts';
import { askEach, type AskDeps, type Asked, type AskOptions, type TrialCost } from './ask.ts';
import type { Pair } from './compare.ts';

/** A candidate may leave this share of the records unanswered that the model in force answers. */
export const MAX_UNANSWERED_SHARE = 0.01;

export type Both =
  | { ok: false; who: 'candidate' | 'champion'; failure: Extract<TrialResult, { ok: false }> }
  | {
      ok: true;
      pairs: Pair[];
      /** The records of the pairs. */
      records: ActivityRecord[];
      /** Records that the model in force answers. */
      answerable: number;
      /** Those of them that the candidate was asked alone, and gave no number for. */
      unanswered: number;
      cost: { candidate: TrialCost; champion: TrialCost };
    };

/** Asks both models the same records; the one in force first, for what it cannot answer proves nothing. */
export async function scoreBoth(
  deps: AskDeps,
  { candidate, champion }: { candidate: Asked; champion: Asked },
  records: readonly ActivityRecord[],
  options: AskOptions,
): Promise<Both> {
  // Another limit by one MB gives each a fresh process: what the other one left there is not counted to it.
  const ofChampion = await askEach(deps, champion, records, {
    ...options,
    memoryMb: Math.max(1, options.memoryMb - 1),
  });
  if (!ofChampion.ok) return { ok: false, who: 'champion', failure: ofChampion };
  const answered = records.flatMap((record, i) => {
    const score = ofChampion.scores[i];
    return score === undefined ? [] : [{ record, score }];
  });
  const asked = answered.map(({ record }) => record);
  const maxUnanswered = asked.length * MAX_UNANSWERED_SHARE;
  const ofCandidate = await askEach(deps, candidate, asked, { ...options, maxUnanswered });
  if (!ofCandidate.ok) return { ok: false, who: 'candidate', failure: ofCandidate };
  const { unanswered, scores, cost } = ofCandidate;
  const both = answered.flatMap(({ record, score: inForce }, i) => {
    const score = scores[i];
    return score === undefined ? [] : [{ record, pair: { candidate: score, champion: inForce } }];
  });
  return {
    ok: true,
    pairs: both.map(({ pair }) => pair),
    records: both.map(({ record }) => record),
    answerable: asked.length,
    unanswered,
    cost: { candidate: cost, champion: ofChampion.cost },
  };
}
