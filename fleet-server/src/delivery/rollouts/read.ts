import { asc, desc, eq } from 'drizzle-orm';
import { rolloutDecisions, rolloutDevices, rollouts, type Database, type ReadDb } from '../../platform/db/index.ts';
import type { Desk } from '../../supply/keys/index.ts';
import { getModel } from '../../supply/models/index.ts';
import { RolloutError } from './errors.ts';
import type { RolloutState } from './machine.ts';
import { rolloutPlan, type RolloutPlan } from './plan.ts';

/** What every verb of this room needs. */
export interface RolloutDeps {
  database: Database;
  /** The director assigns; the builder drafts again what would follow a release that was gone back on. */
  desk: Pick<Desk, 'director' | 'builder' | 'timestamp' | 'snapshot'>;
  now: () => number;
}

export interface Rollout {
  id: string;
  line: string;
  version: string;
  author: string;
  plan: RolloutPlan;
  state: RolloutState;
  revision: number;
  createdAt: number;
  updatedAt: number;
}

/** @throws RolloutError `rollout_unknown` */
export async function getRollout(db: ReadDb, id: string): Promise<Rollout> {
  const [row] = await db.select().from(rollouts).where(eq(rollouts.id, id));
  if (row === undefined) {
    throw new RolloutError('rollout_unknown', `no rollout ${id}`, { kind: 'not-found', field: 'rollout' });
  }
  return read(row);
}

/** Newest first. */
export async function listRollouts(db: ReadDb): Promise<Rollout[]> {
  const rows = await db.select().from(rollouts).orderBy(desc(rollouts.createdAt), desc(rollouts.id));
  return rows.map(read);
}

/** Why it stands where it stands: every decision with its numbers, oldest first. */
export async function listDecisions(db: ReadDb, rollout: string) {
  const rows = await db
    .select()
    .from(rolloutDecisions)
    .where(eq(rolloutDecisions.rollout, rollout))
    .orderBy(asc(rolloutDecisions.id));
  return rows.map((row) => ({ ...row, numbers: JSON.parse(row.numbers) as Record<string, unknown> }));
}

/** Devices of the stages that have opened. */
export async function listMembers(db: ReadDb, rollout: string) {
  return db
    .select()
    .from(rolloutDevices)
    .where(eq(rolloutDevices.rollout, rollout))
    .orderBy(asc(rolloutDevices.stage), asc(rolloutDevices.device));
}

/** Versions of a line that a running or paused rollout assigns, and those it would go back to: they stay listed. */
export async function versionsInUse(db: ReadDb, line: string): Promise<string[]> {
  const versions: string[] = [];
  for (const rollout of await listRollouts(db)) {
    if (rollout.line !== line || !['running', 'paused'].includes(rollout.state.status)) continue;
    const { predecessor } = await getModel(db, line, rollout.version);
    versions.push(rollout.version, ...(predecessor === null ? [] : [predecessor]));
  }
  return versions;
}

function read(row: typeof rollouts.$inferSelect): Rollout {
  return {
    ...row,
    plan: rolloutPlan.parse(JSON.parse(row.plan)),
    state: JSON.parse(row.state) as RolloutState,
  };
}
