import type { GateResult } from '../rollouts/gates/gates.ts';
import { listDecisions, type Rollout } from '../rollouts/index.ts';
import type { ReadDb } from '../../platform/db/index.ts';
import type { TimelineEntry } from './report.ts';

type Decision = Awaited<ReturnType<typeof listDecisions>>[number];

/** What the engine wrote down, as entries of a timeline. */
export function entriesOf(decisions: readonly Decision[], rollout: Rollout, startedAt: number): TimelineEntry[] {
  return decisions.map(({ at, stage, verdict, sentence }) => ({
    at: at - startedAt,
    event: verdict,
    stage: stageName(rollout, stage),
    sentence,
  }));
}

export function stageName(rollout: Rollout, stage: number): string {
  return rollout.plan.stages[stage]?.name ?? '';
}

/** What the gates had said, by what was decided: a deadline passes while they hold. */
const VERDICT_OF = new Map<string, GateResult['verdict']>([
  ['pass', 'pass'],
  ['fail', 'fail'],
  ['inconclusive', 'inconclusive'],
  ['deadline', 'inconclusive'],
]);

/** The last word of a gate, and what it measured. */
export async function lastWord(
  db: ReadDb,
  rollout: string,
): Promise<{ sentence: string; result: GateResult | undefined } | undefined> {
  const decisions = await listDecisions(db, rollout);
  const spoken = decisions.findLast(({ verdict }) => VERDICT_OF.has(verdict));
  if (spoken === undefined) return undefined;
  const results = resultsIn(spoken.numbers);
  // Failure beats success, and what is inconclusive holds; of gates that all pass, the first speaks for them.
  const result = results.find(({ verdict }) => verdict === VERDICT_OF.get(spoken.verdict));
  return { sentence: spoken.sentence, result };
}

function resultsIn(numbers: Record<string, unknown>): GateResult[] {
  const results = numbers['results'];
  return Array.isArray(results) ? (results as GateResult[]) : [];
}

/** The side of the interval that the gate was decided by: what proves must lie high enough, everything else low enough. */
export function boundOf(result: GateResult | undefined): number | undefined {
  if (result === undefined) return undefined;
  const isLow = (result.verdict === 'fail') !== (result.gate === 'proven');
  return isLow ? result.low : result.high;
}
