import {
  desc,
  eq,
  preparedRead,
  rolloutDecisions,
  rowsInserter,
  sql,
  type Db,
  type ReadDb,
} from '../../platform/db/index.ts';
import type { Evaluation } from './gates/gates.ts';
import type { Rollout, RolloutDeps } from './read.ts';

export interface NewDecision {
  rollout: string;
  at: number;
  stage: number;
  /** `pass`, `fail`, `inconclusive`, the order that was given, or what happened to devices on the way. */
  verdict: string;
  gate: string | undefined;
  sentence: string;
  numbers: Record<string, unknown>;
}

const insert = rowsInserter(rolloutDecisions);
const newestOf = preparedRead<{ rollout: string }, { stage: number; verdict: string; gate: string | null }>((db) => {
  const { stage, verdict, gate } = rolloutDecisions;
  return db
    .select({ stage, verdict, gate })
    .from(rolloutDecisions)
    .where(eq(rolloutDecisions.rollout, sql.placeholder('rollout')))
    .orderBy(desc(rolloutDecisions.id))
    .limit(1);
});

export async function writeDecision(tx: Db, { gate, numbers, ...decision }: NewDecision): Promise<void> {
  await insert(tx, [{ ...decision, gate: gate ?? null, numbers: JSON.stringify(numbers) }]);
}

/**
 * Keeps what the gates say while a rollout stands still; once for each verdict, gate and stage, however often it is
 * looked at.
 */
export async function keepEvaluation(deps: RolloutDeps, rollout: Rollout, evaluation: Evaluation): Promise<void> {
  const said = { stage: rollout.state.stage, verdict: evaluation.verdict, gate: evaluation.gate ?? null };
  const isSame = (last: { stage: number; verdict: string; gate: string | null } | undefined) =>
    last !== undefined && last.stage === said.stage && last.verdict === said.verdict && last.gate === said.gate;
  if (isSame(await lastEvaluation(deps.database.db, rollout.id))) return;
  await deps.database.transaction(async (tx) => {
    if (isSame(await lastEvaluation(tx, rollout.id))) return;
    await writeDecision(tx, {
      rollout: rollout.id,
      at: deps.now(),
      stage: rollout.state.stage,
      verdict: evaluation.verdict,
      gate: evaluation.gate,
      sentence: evaluation.sentence,
      numbers: { counts: evaluation.counts, results: evaluation.results },
    });
  });
}

/** What was last said of any gate, unless something else has happened since. */
async function lastEvaluation(db: ReadDb, rollout: string) {
  const [last] = await newestOf(db, { rollout });
  return last;
}
