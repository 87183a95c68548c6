import {
  and,
  asc,
  cursorOf,
  desc,
  eq,
  exists,
  gt,
  inArray,
  isNotNull,
  isNull,
  olderThan,
  or,
  pageOfRows,
  preparedRead,
  rolloutDevices,
  rollouts,
  sql,
  type Database,
  type ReadDb,
} from '../../platform/db/index.ts';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import type { Desk } from '../../supply/keys/index.ts';
import { getModel } from '../../supply/models/index.ts';
import { RolloutError } from './errors.ts';
import { ACTIVE, DRAFT, type RolloutState, type RolloutStatus } from './machine/state.ts';
import { planOfRow } from './plan/earlier-plan.ts';
import type { RolloutPlan, Stage } from './plan/rollout-plan.ts';

/** What every verb of this room needs. */
export interface RolloutDeps {
  database: Database;
  /** The director assigns; the builder drafts again what would follow a release that was gone back on. */
  desk: Pick<Desk, 'director' | 'builder' | 'timestamp' | 'snapshot'>;
  now: () => number;
  /** Bundles, for the windows that a drift gate asks for; without it those are judged by whoever else does. */
  artifacts?: ArtifactStore;
}

export interface Rollout {
  id: string;
  /** Under which a file declares it. */
  name: string | null;
  line: string;
  version: string;
  author: string;
  plan: RolloutPlan;
  state: RolloutState;
  revision: number;
  createdAt: number;
  updatedAt: number;
}

const byIdOrName = preparedRead<{ id: string }, typeof rollouts.$inferSelect>((db) => {
  const id = sql.placeholder('id');
  return db
    .select()
    .from(rollouts)
    .where(or(eq(rollouts.id, id), eq(rollouts.name, id)))
    .limit(1);
});
const membersOf = preparedRead<{ rollout: string }, Member>((db) =>
  db
    .select()
    .from(rolloutDevices)
    .where(eq(rolloutDevices.rollout, sql.placeholder('rollout')))
    .orderBy(asc(rolloutDevices.stage), asc(rolloutDevices.device)),
);

/** By its id, or by the name it was declared under. @throws RolloutError `rollout_unknown` */
export async function getRollout(db: ReadDb, id: string): Promise<Rollout> {
  const [row] = await byIdOrName(db, { id });
  if (row !== undefined) return read(row);
  throw new RolloutError('rollout_unknown', `no rollout ${id}`, { kind: 'not-found', field: 'rollout' });
}

/** Newest first. @param statuses those in one of them; all without */
export async function listRollouts(db: ReadDb, statuses?: readonly RolloutStatus[]): Promise<Rollout[]> {
  const rows = await db
    .select()
    .from(rollouts)
    .where(statuses && or(isNull(rollouts.status), inArray(rollouts.status, [...statuses])))
    .orderBy(desc(rollouts.createdAt), desc(rollouts.id));
  return rows.map(read).filter(({ state }) => statuses === undefined || statuses.includes(state.status));
}

/** A page of rollouts, newest first. @throws CursorError `cursor_malformed` */
export async function rolloutPage(
  db: ReadDb,
  { status, line }: { status?: RolloutStatus | undefined; line?: string | undefined },
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ rollouts: Rollout[]; next: string | null }> {
  const rows = await db
    .select()
    .from(rollouts)
    .where(
      and(
        // Rows older than the column say it in `state` alone.
        status === undefined ? undefined : or(isNull(rollouts.status), eq(rollouts.status, status)),
        line === undefined ? undefined : eq(rollouts.line, line),
        olderThan({ at: rollouts.createdAt, id: rollouts.id }, cursor),
      ),
    )
    .orderBy(desc(rollouts.createdAt), desc(rollouts.id))
    .limit(limit + 1);
  const { page, next } = pageOfRows(rows, limit, (last) => cursorOf(last.createdAt, last.id));
  return { rollouts: page.map(read).filter(({ state }) => status === undefined || state.status === status), next };
}

/** So long a completed rollout waits for the word of a device that has its release: one that never speaks is not asked for ever. */
const LATE_MS = 7 * 86_400_000;

/**
 * Ids of the rollouts that a look has something to do for: those under way, those completed that still wait for
 * devices which were away or were given it lately and have not decided, and those reverted whose devices have not all
 * been sent back.
 */
export async function rolloutsToLookAt(db: ReadDb, now = 0): Promise<string[]> {
  const member = (condition: ReturnType<typeof isNull>) =>
    exists(
      db
        .select({ device: rolloutDevices.device })
        .from(rolloutDevices)
        .where(and(eq(rolloutDevices.rollout, rollouts.id), condition)),
    );
  const isLate = and(
    isNotNull(rolloutDevices.assignmentSeq),
    isNull(rolloutDevices.outcome),
    gt(rolloutDevices.assignedAt, now - LATE_MS),
  );
  const toReturn = and(isNotNull(rolloutDevices.assignmentSeq), isNull(rolloutDevices.returnedSeq));
  const rows = await db
    .select({ id: rollouts.id })
    .from(rollouts)
    .where(
      or(
        isNull(rollouts.status),
        inArray(rollouts.status, [...ACTIVE]),
        and(eq(rollouts.status, 'completed'), member(isNull(rolloutDevices.assignmentSeq))),
        and(eq(rollouts.status, 'completed'), isLate && member(isLate)),
        and(eq(rollouts.status, 'reverted'), toReturn && member(toReturn)),
      ),
    )
    .orderBy(asc(rollouts.createdAt), asc(rollouts.id));
  return rows.map(({ id }) => id);
}

export type Member = typeof rolloutDevices.$inferSelect;

/** Devices of the stages that have opened. */
export async function listMembers(db: ReadDb, rollout: string): Promise<Member[]> {
  return membersOf(db, { rollout });
}

/**
 * Versions of a line that an active rollout assigns, and those that it would go back to, or that devices of a reverted
 * one are still being sent back to: they stay listed.
 */
export async function versionsInUse(db: ReadDb, line: string): Promise<string[]> {
  const versions: string[] = [];
  for (const id of await rolloutsToLookAt(db)) {
    const rollout = await getRollout(db, id);
    if (rollout.line !== line || rollout.state.status === 'completed') continue;
    const { predecessor } = await getModel(db, line, rollout.version);
    if (rollout.state.status !== 'reverted') versions.push(rollout.version);
    if (predecessor !== null) versions.push(predecessor);
  }
  return versions;
}

/** The stage that is open. */
export function openStageOf({ plan, state }: Pick<Rollout, 'plan' | 'state'>): Stage | undefined {
  return plan.stages[state.stage];
}

/** Time as a rollout sees it: never before its last change. */
export function timeFor(deps: Pick<RolloutDeps, 'now'>, rollout: Pick<Rollout, 'updatedAt'>): number {
  return Math.max(deps.now(), rollout.updatedAt);
}

function read(row: typeof rollouts.$inferSelect): Rollout {
  const { status: _status, ...rest } = row;
  const state = { ...DRAFT, ...(JSON.parse(row.state) as Partial<RolloutState>) };
  return { ...rest, plan: planOfRow(JSON.parse(row.plan)), state };
}
