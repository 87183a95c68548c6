import { and, desc, eq, isNull, rolloutDecisions, rolloutDevices, type Db } from '../../../platform/db/index.ts';
import type { GateResult } from '../gates/gates.ts';
import { failingGates, type Accepted } from '../machine/state.ts';
import { getRollout, type Rollout, type RolloutDeps } from '../read.ts';
import { giveSoon } from './give-soon.ts';
import { orderRollout, type Order } from './order.ts';

/**
 * Goes on after a pause. With `acknowledge`, which is meant where the gates stopped it, the failures known so far and
 * the gates that failed do not stop it again; new failures do, and so does a gate that gets worse.
 * @throws RolloutError `rollout_move_illegal`, `rollout_changed_meanwhile`
 */
export async function resumeRollout(
  deps: RolloutDeps,
  actor: string,
  id: string,
  { reason, expectedRevision, acknowledge }: Order & { acknowledge?: boolean | undefined },
): Promise<Rollout> {
  const before = await getRollout(deps.database.db, id);
  const wantsIt = acknowledge ?? before.state.stageStatus === 'failed';
  const accepted = wantsIt ? await gatesThatFailed(deps, before) : {};
  const resumed = await orderRollout(deps, actor, id, {
    // What is acknowledged was read at this revision.
    expectedRevision: expectedRevision ?? before.revision,
    input: { type: 'resume', accepted, reason, at: deps.now() },
    guard: async (tx, rollout) => {
      if (wantsIt && rollout.state.status === 'paused') await acknowledgeFailures(tx, rollout.id, deps.now());
    },
  });
  return giveSoon(deps, resumed);
}

/** Failures are acknowledged device by device, so that those which come later count. */
async function acknowledgeFailures(tx: Db, rollout: string, at: number): Promise<void> {
  await tx
    .update(rolloutDevices)
    .set({ acknowledgedAt: at })
    .where(
      and(
        eq(rolloutDevices.rollout, rollout),
        eq(rolloutDevices.outcome, 'failed'),
        isNull(rolloutDevices.acknowledgedAt),
      ),
    );
}

async function gatesThatFailed(deps: RolloutDeps, rollout: Rollout): Promise<Accepted> {
  const [last] = await deps.database.db
    .select({ numbers: rolloutDecisions.numbers })
    .from(rolloutDecisions)
    .where(and(eq(rolloutDecisions.rollout, rollout.id), eq(rolloutDecisions.verdict, 'fail')))
    .orderBy(desc(rolloutDecisions.id))
    .limit(1);
  const { results = [] } = JSON.parse(last?.numbers ?? '{}') as { results?: GateResult[] };
  const { failures: _failures, proven: _proven, ...accepted } = failingGates(results);
  return accepted;
}
