import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { declaredRollouts, eq, rollouts, timeOf, type ReadDb } from '../../../platform/db/index.ts';
import { createRollout, discardDraft, getRollout, rolloutPlan, type Rollout } from '../../rollouts/index.ts';
import { DeclaredError } from '../errors.ts';
import type { DeclaredKind } from './kind.ts';

const spec = rolloutPlan
  .partial({ stages: true })
  .extend({
    start: z.boolean().default(false).describe('Starts it, once. A rollout that has ended is never started again.'),
  })
  .meta({
    title: 'Rollout',
    description: 'A rollout of one release. Its name is given once: what has started is not changed by a file.',
  });

type RolloutSpec = z.infer<typeof spec>;

/** A draft once; whether it runs is not a matter of the transaction, see `startDeclared`. */
export const rollout: DeclaredKind<RolloutSpec> = {
  kind: 'Rollout',
  schema: spec,
  fields: { model: 'version' },
  async read(db, name, wanted) {
    const known = await findDeclared(db, name);
    if (known === undefined) return undefined;
    const start = known.rollout.state.status === 'draft' ? false : wanted.start;
    return { ...known.written, start };
  },
  async write(tx, { actor, rollouts: deps }, { name, written }) {
    const { start: _, ...plan } = written as Record<string, unknown>;
    const before = await findDeclared(tx, name);
    if (before !== undefined) {
      if (isDeepStrictEqual(meaningOf(before.written), meaningOf(plan))) return;
      requireDraft(name, before.rollout);
      await discardDraft(tx, actor, before.rollout);
    }
    const said = { spec: JSON.stringify(plan), writtenAt: timeOf(tx) };
    await tx
      .insert(declaredRollouts)
      .values({ name, ...said })
      .onConflictDoUpdate({ target: declaredRollouts.name, set: said });
    await createRollout(deps, actor, plan, { name });
  },
};

export interface DeclaredRollout {
  rollout: Rollout;
  /** As the file said it; the plan itself where no file did. */
  written: Record<string, unknown>;
}

export async function findDeclared(db: ReadDb, name: string): Promise<DeclaredRollout | undefined> {
  const [row] = await db.select({ id: rollouts.id }).from(rollouts).where(eq(rollouts.name, name));
  if (row === undefined) return undefined;
  const found = await getRollout(db, row.id);
  const [said] = await db.select().from(declaredRollouts).where(eq(declaredRollouts.name, name));
  const written: unknown = said === undefined ? found.plan : JSON.parse(said.spec);
  return { rollout: found, written: written as Record<string, unknown> };
}

/** What an earlier program wrote and this one does not read is compared as it stands. */
function meaningOf(written: unknown): unknown {
  const parsed = spec.safeParse(written);
  return parsed.success ? parsed.data : written;
}

function requireDraft(name: string, { state }: Rollout): void {
  if (state.status === 'draft') return;
  throw new DeclaredError('rollout_started', `rollout ${name} is ${state.status}: its plan stays as it is`, {
    kind: 'conflict',
    expected: 'a new name for a new plan, or the plan as it was',
  });
}
