import {
  and,
  cursorOf,
  desc,
  eq,
  isNull,
  olderThan,
  pageOfRows,
  retrainingTurns,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { RetrainingError } from '../errors.ts';
import type { TurnCause } from '../decide/decide-turn.ts';
import type { RetrainPolicy } from '../policy/policy.ts';
import type { TurnState } from './machine.ts';

/** One turn of the loop. Times in ms. */
export interface Turn {
  id: string;
  line: string;
  state: TurnState;
  cause: TurnCause;
  sentence: string;
  /** Ids of the findings that it answers. */
  findings: string[];
  policy: RetrainPolicy;
  champion: string;
  candidate: string | null;
  rollout: string | null;
  tries: number;
  attempts: number;
  says: string;
  /** Comparison, data window, dataset. */
  details: Record<string, unknown>;
  actor: string;
  openedAt: number;
  changedAt: number;
  endedAt: number | null;
}

/** The newest first. */
export async function listTurns(db: ReadDb, line?: string): Promise<Turn[]> {
  const rows = await db
    .select()
    .from(retrainingTurns)
    .where(line === undefined ? undefined : eq(retrainingTurns.line, line))
    .orderBy(desc(retrainingTurns.openedAt), desc(retrainingTurns.id));
  return rows.map(turnOf);
}

/** A page of turns, newest first. @throws CursorError `cursor_malformed` */
export async function turnPage(
  db: ReadDb,
  { line }: { line?: string | undefined },
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ turns: Turn[]; next: string | null }> {
  const { openedAt, id } = retrainingTurns;
  const rows = await db
    .select()
    .from(retrainingTurns)
    .where(
      and(line === undefined ? undefined : eq(retrainingTurns.line, line), olderThan({ at: openedAt, id }, cursor)),
    )
    .orderBy(desc(openedAt), desc(id))
    .limit(limit + 1);
  const { page, next } = pageOfRows(rows, limit, (last) => cursorOf(last.openedAt, last.id));
  return { turns: page.map(turnOf), next };
}

/** Turns that are not over. */
export async function openTurns(db: ReadDb): Promise<Turn[]> {
  const rows = await db.select().from(retrainingTurns).where(isNull(retrainingTurns.endedAt));
  return rows.map(turnOf);
}

/** @throws RetrainingError `retrain_turn_unknown` */
export async function getTurn(db: ReadDb, id: string): Promise<Turn> {
  const [row] = await db.select().from(retrainingTurns).where(eq(retrainingTurns.id, id));
  if (row !== undefined) return turnOf(row);
  throw new RetrainingError('retrain_turn_unknown', `no turn ${id}`, { kind: 'not-found', field: 'turn' });
}

function turnOf({ findings, policy, details, ...row }: typeof retrainingTurns.$inferSelect): Turn {
  return {
    ...row,
    findings: JSON.parse(findings) as string[],
    policy: JSON.parse(policy) as RetrainPolicy,
    details: JSON.parse(details) as Record<string, unknown>,
  };
}
