import { randomUUID } from 'node:crypto';
import { record } from '../../../platform/audit/index.ts';
import { and, eq, isNull, retrainingTurns, timeOf, type Database } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import type { TurnDecision } from '../decide/decide-turn.ts';
import { RetrainingError } from '../errors.ts';
import type { RetrainPolicy } from '../policy/policy.ts';
import { isOver, nextState, type TurnInput } from './machine.ts';
import { getTurn, type Turn } from './turn.ts';

type Deps = { database: Database };

/** Opens a turn; at most one of a line is open. @throws RetrainingError `retrain_turn_open` */
export async function openTurn(
  { database }: Deps,
  actor: string,
  of: { policy: RetrainPolicy; champion: string; tries: number; decision: Extract<TurnDecision, { open: true }> },
): Promise<Turn> {
  const { policy, champion, tries, decision } = of;
  const { line } = policy;
  return database.transaction(async (tx) => {
    const [open] = await tx
      .select({ id: retrainingTurns.id })
      .from(retrainingTurns)
      .where(and(eq(retrainingTurns.line, line), isNull(retrainingTurns.endedAt)));
    if (open !== undefined) {
      throw new RetrainingError('retrain_turn_open', `turn ${open.id} of ${line} is not over`, {
        kind: 'conflict',
        field: 'line',
        expected: 'a line without an open turn',
      });
    }
    const at = timeOf(tx);
    const id = `turn-${randomUUID().slice(0, 8)}`;
    const { cause, sentence, findings, changeAt } = decision;
    await tx.insert(retrainingTurns).values({
      id,
      line,
      state: 'examining',
      cause,
      sentence,
      findings: JSON.stringify(findings),
      policy: JSON.stringify(policy),
      champion,
      tries,
      attempts: 0,
      says: 'a candidate is examined',
      details: JSON.stringify(changeAt === undefined ? {} : { changeAt }),
      actor,
      openedAt: at,
      changedAt: at,
    });
    const details = { id, cause, sentence, champion, tries, mode: policy.mode, findings };
    await record(tx, { actor, action: 'retraining.open', subject: `model:${line}`, details });
    await emit(tx, { type: 'retraining.turn', model: line, turn: id, from: '', to: 'examining', reason: sentence });
    return getTurn(tx, id);
  });
}

export interface TurnChange {
  says: string;
  candidate?: string;
  rollout?: string;
  details?: Record<string, unknown>;
}

/** Moves a turn where the machine lets it, and says why. @returns undefined when somebody else has moved it meanwhile */
export async function moveTurn(
  { database }: Deps,
  actor: string,
  turn: Turn,
  input: TurnInput,
  { says, candidate, rollout, details }: TurnChange,
): Promise<Turn | undefined> {
  const to = nextState(turn.state, input);
  if (to === undefined) return undefined;
  return database.transaction(async (tx) => {
    const at = timeOf(tx);
    const moved = await tx
      .update(retrainingTurns)
      .set({
        state: to,
        says,
        changedAt: at,
        ...(isOver(to) && { endedAt: at }),
        ...(candidate !== undefined && { candidate }),
        ...(rollout !== undefined && { rollout }),
        ...(details !== undefined && { details: JSON.stringify({ ...turn.details, ...details }) }),
      })
      .where(and(eq(retrainingTurns.id, turn.id), eq(retrainingTurns.state, turn.state)))
      .returning({ id: retrainingTurns.id });
    if (moved.length === 0) return undefined;
    await record(tx, {
      actor,
      action: 'retraining.turn',
      subject: `model:${turn.line}`,
      details: {
        id: turn.id,
        from: turn.state,
        to,
        says,
        ...(candidate && { candidate }),
        ...(rollout && { rollout }),
      },
    });
    const { id, line, state } = turn;
    await emit(tx, { type: 'retraining.turn', model: line, turn: id, from: state, to, reason: says });
    return getTurn(tx, id);
  });
}

/** Counts a beginning, so that an examination which ends every server is given up. */
export async function beginAttempt({ database }: Deps, turn: Turn): Promise<number> {
  const attempts = turn.attempts + 1;
  await database.transaction((tx) =>
    tx.update(retrainingTurns).set({ attempts }).where(eq(retrainingTurns.id, turn.id)),
  );
  return attempts;
}
