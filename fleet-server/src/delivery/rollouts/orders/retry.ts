import { record } from '../../../platform/audit/index.ts';
import {
  and,
  assignments,
  devicePenalties,
  deviceRejections,
  eq,
  inArray,
  rolloutDevices,
  rollouts,
  type Db,
} from '../../../platform/db/index.ts';
import { writeDecision } from '../decisions.ts';
import { conflict } from '../errors.ts';
import { listed, NAMED } from '../execute/naming.ts';
import { ACTIVE } from '../machine/state.ts';
import { refuseOtherRevision } from '../move.ts';
import { getRollout, timeFor, type Rollout, type RolloutDeps } from '../read.ts';
import { giveSoon } from './give-soon.ts';
import type { Order } from './order.ts';

/** Devices in one statement. */
const ROWS = 500;

/**
 * Offers the release once more to the devices that failed, or to one of them: what they refused for good and their
 * penalties are forgotten, and their next failure counts like a first one.
 * @returns the devices that are tried again
 * @throws RolloutError `rollout_move_illegal`, `rollout_changed_meanwhile`
 */
export async function retryRollout(
  deps: RolloutDeps,
  actor: string,
  id: string,
  order: Order & { device?: string | undefined },
): Promise<{ rollout: Rollout; devices: string[] }> {
  const retried = await deps.database.transaction(async (tx) => {
    const rollout = await getRollout(tx, id);
    refuseOtherRevision(rollout, order.expectedRevision);
    const failed = await failedOf(tx, rollout, order.device);
    refuseIdle(rollout, failed);
    for (let from = 0; from < failed.length; from += ROWS) {
      await forget(tx, rollout, failed.slice(from, from + ROWS));
    }
    const at = timeFor(deps, rollout);
    const revision = rollout.revision + 1;
    await tx.update(rollouts).set({ revision, updatedAt: at }).where(eq(rollouts.id, rollout.id));
    const sentence = `retry of ${listed(failed)}: ${order.reason}`;
    const numbers = { devices: failed.slice(0, NAMED), count: failed.length };
    const { stage } = rollout.state;
    await writeDecision(tx, { rollout: rollout.id, at, stage, verdict: 'retry', gate: undefined, sentence, numbers });
    const details = { reason: order.reason, count: failed.length };
    await record(tx, { actor, action: 'rollouts.retry', subject: `rollout:${rollout.id}`, details });
    return { rollout: { ...rollout, revision, updatedAt: at }, devices: failed };
  });
  return { ...retried, rollout: await giveSoon(deps, retried.rollout) };
}

function refuseIdle({ id, state }: Rollout, failed: readonly string[]): void {
  const isGiving = ACTIVE.includes(state.status) || state.status === 'completed';
  if (isGiving && failed.length > 0) return;
  const why = isGiving ? 'none of its devices has failed' : `it is ${state.status}`;
  throw conflict('rollout_move_illegal', `rollout ${id}: cannot retry: ${why}`, {
    field: isGiving ? 'device' : 'state',
    expected: 'a rollout that is under way or completed, with a device that failed',
  });
}

async function failedOf(tx: Db, { id }: Rollout, device: string | undefined): Promise<string[]> {
  const rows = await tx
    .select({ device: rolloutDevices.device })
    .from(rolloutDevices)
    .where(
      and(
        eq(rolloutDevices.rollout, id),
        eq(rolloutDevices.outcome, 'failed'),
        device === undefined ? undefined : eq(rolloutDevices.device, device),
      ),
    );
  return rows.map((row) => row.device).toSorted();
}

async function forget(tx: Db, { id, line, version }: Rollout, failed: string[]): Promise<void> {
  const hashes = await tx
    .selectDistinct({ sha256: assignments.sha256 })
    .from(assignments)
    .where(and(eq(assignments.line, line), eq(assignments.version, version), inArray(assignments.device, failed)));
  await tx.delete(deviceRejections).where(
    and(
      inArray(deviceRejections.device, failed),
      inArray(
        deviceRejections.sha256,
        hashes.map(({ sha256 }) => sha256),
      ),
    ),
  );
  await tx.delete(devicePenalties).where(inArray(devicePenalties.device, failed));
  await tx
    .update(rolloutDevices)
    .set({
      // The time stays: bytes that were given before are given anew, under a number of their own.
      assignmentSeq: null,
      outcome: null,
      outcomeAt: null,
      outcomeReason: null,
      acknowledgedAt: null,
    })
    .where(and(eq(rolloutDevices.rollout, id), inArray(rolloutDevices.device, failed)));
}
