import { and, deviceRejections, eq, isNull, ne, or, rolloutDevices, type Db } from '../../../platform/db/index.ts';
import type { DeviceEvidence, GateInput } from '../gates/gate-input.ts';
import { standingOf } from '../gates/standing.ts';
import { deviceEvidence } from '../evidence/device-evidence.ts';
import { newestOfLine } from '../execute/newest.ts';
import { listMembers, type Member, type Rollout, type RolloutDeps } from '../read.ts';
import { forgive, penalise } from './penalise.ts';

/** Outcomes written in one transaction. */
const BATCH = 200;

/** Failures that speak of the device as it is today; the same bytes may be offered to it again. */
const NOT_FINAL: ReadonlySet<string> = new Set(['disk_full', 'memory_low', 'power_low', 'given_up']);

type Outcome = 'proven' | 'failed';

/**
 * Writes down, once for each assignment, what became of it: a failure counts towards the penalty box, and bytes that
 * were refused for good are remembered; a proof forgives the failures before it.
 */
export async function keepOutcomes(
  deps: RolloutDeps,
  rollout: Rollout,
  members: readonly Member[],
  evidence: Pick<GateInput, 'devices'>,
): Promise<void> {
  const known = new Map(members.map((one) => [one.device, one]));
  const news = evidence.devices.flatMap((one) => {
    const outcome = outcomeOf(one);
    const before = known.get(one.device);
    if (outcome === undefined || before === undefined || before.assignmentSeq !== one.assigned?.seq) return [];
    return before.outcome === outcome || before.outcome === 'failed' ? [] : [{ evidence: one, outcome }];
  });
  for (let from = 0; from < news.length; from += BATCH) {
    await deps.database.transaction(async (tx) => {
      for (const one of news.slice(from, from + BATCH)) await keep(tx, deps, rollout, one.evidence, one.outcome);
    });
  }
}

/**
 * The same for a rollout that has completed, of devices that decide after that: those that were still at it, those that
 * came back, and those that were told to try again. One that was told something else since is no longer its affair.
 */
export async function keepLateOutcomes(deps: RolloutDeps, rollout: Rollout): Promise<void> {
  const { db } = deps.database;
  const undecided = await deviceEvidence(db, rollout, { undecided: true });
  const newest = await newestOfLine(
    db,
    rollout.line,
    undecided.map(({ device }) => device),
  );
  const devices = undecided.filter(({ device, assigned }) => newest.get(device)?.seq === assigned?.seq);
  if (devices.length > 0) await keepOutcomes(deps, rollout, await listMembers(db, rollout.id), { devices });
}

function outcomeOf(one: DeviceEvidence): Outcome | undefined {
  const standing = standingOf({ ...one, isAcknowledged: false });
  return standing === 'proven' || standing === 'failed' ? standing : undefined;
}

async function keep(tx: Db, deps: RolloutDeps, rollout: Rollout, one: DeviceEvidence, outcome: Outcome) {
  const { device, site, assigned, model } = one;
  if (assigned === undefined) return;
  const at = deps.now();
  const isFailure = outcome === 'failed';
  const said = [model?.reason ?? model?.state, model?.detail].filter((part) => part !== undefined).join(': ');
  const [written] = await tx
    .update(rolloutDevices)
    .set({ outcome, outcomeAt: at, outcomeReason: isFailure ? said : null })
    .where(
      and(
        eq(rolloutDevices.rollout, rollout.id),
        eq(rolloutDevices.device, device),
        eq(rolloutDevices.assignmentSeq, assigned.seq),
        or(isNull(rolloutDevices.outcome), ne(rolloutDevices.outcome, outcome)),
      ),
    )
    .returning({ device: rolloutDevices.device });
  if (written === undefined) return;
  if (!isFailure) return forgive(tx, device, at);
  if (!NOT_FINAL.has(model?.reason ?? '')) {
    const row = { device, sha256: assigned.sha256, rollout: rollout.id, reason: said, at };
    await tx.insert(deviceRejections).values(row).onConflictDoNothing();
  }
  await penalise(tx, { site, device, reason: said, at });
}
