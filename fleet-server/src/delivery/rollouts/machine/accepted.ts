import type { Evaluation, GateResult } from '../gates/gates.ts';
import { excessOf, type Accepted } from './state.ts';

/** A gate that a person has let pass stops the rollout again when it stands this much further beyond its limit. */
const WORSE = 1.25;

/**
 * What gates say, less what a person has taken note of: a gate that fails no worse than when the rollout was resumed
 * does not stop it again.
 */
export function withAccepted(evaluation: Evaluation, accepted: Accepted): Evaluation {
  if (Object.keys(accepted).length === 0) return evaluation;
  const results = evaluation.results.map((result) => (isAccepted(result, accepted) ? passed(result) : result));
  const deciding =
    results.find(({ verdict }) => verdict === 'fail') ?? results.find(({ verdict }) => verdict === 'inconclusive');
  if (deciding?.gate === evaluation.gate && deciding?.verdict === evaluation.verdict) return { ...evaluation, results };
  return {
    ...evaluation,
    results,
    verdict: deciding?.verdict ?? 'pass',
    gate: deciding?.gate,
    sentence: deciding?.sentence ?? 'every gate passes, or stands where a person has accepted it',
  };
}

function isAccepted(result: GateResult, accepted: Accepted): boolean {
  const excess = accepted[result.gate];
  return result.verdict === 'fail' && excess !== undefined && excessOf(result) <= excess * WORSE;
}

function passed(result: GateResult): GateResult {
  return { ...result, verdict: 'pass', sentence: `${result.sentence}; a person has accepted that` };
}
