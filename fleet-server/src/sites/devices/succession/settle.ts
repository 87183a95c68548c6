import { isCodedError, isRetryable } from '@plumbline/shared/errors';
import { record } from '../../../platform/audit/index.ts';
import {
  and,
  assignments,
  desc,
  devices,
  eq,
  groupDevices,
  isNull,
  successions,
  timeOf,
  type Database,
  type Db,
} from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { standingAssignment, type AssignDeps } from '../assign.ts';
import { assignRelease } from '../assign-release.ts';
import { bar } from '../standing/bar.ts';
import { readStanding } from '../standing/standing.ts';
import { describeUnsent, unsentOf } from './unsent.ts';

/**
 * Puts a device that has enrolled in the place of another: groups and models of the old one become its own, and the old
 * one is revoked, with a word on what it never sent. Asked again it does nothing. A model that cannot go to the new one
 * is left out, and the audit says why.
 * @returns the old one; undefined when this device takes nobody's place
 */
export async function settleSuccession(
  deps: AssignDeps & { database: Database },
  device: string,
): Promise<string | undefined> {
  return deps.database.transaction(async (tx) => {
    const waiting = and(eq(successions.device, device), isNull(successions.doneAt));
    const [succession] = await tx.select().from(successions).where(waiting);
    if (succession === undefined) return undefined;
    const [known] = await tx.select().from(devices).where(eq(devices.id, device));
    const [old] = await tx.select().from(devices).where(eq(devices.id, succession.old));
    if (known === undefined || old === undefined) return undefined;
    const unsent = await unsentOf(tx, old.id);
    await copyMembership(tx, old.id, device);
    const { assigned, leftOut } = await assignAsBefore(tx, deps, succession.actor, old.id, device);
    if (readStanding(old).standing !== 'revoked') {
      const took = succession.kind === 'move' ? `moved to site ${known.site} as ${device}` : `replaced by ${device}`;
      const reason = [took, describeUnsent(unsent)].filter(Boolean).join('; ');
      await bar(tx, 'revoked', { site: old.site, device: old.id, reason, actor: succession.actor, at: timeOf(tx) });
    }
    const done = { doneAt: timeOf(tx), unsent: JSON.stringify(unsent) };
    await tx.update(successions).set(done).where(eq(successions.device, device));
    await record(tx, {
      actor: succession.actor,
      action: 'devices.succeed',
      subject: `device:${device}`,
      details: {
        old: old.id,
        kind: succession.kind,
        assigned,
        leftOut,
        unsent: Object.fromEntries(unsent.map((one) => [one.class, one.rows])),
      },
    });
    await emit(tx, { type: 'device.replaced', site: known.site, device, old: old.id });
    return old.id;
  });
}

/** A group that is a list meant the place, not the hardware. */
async function copyMembership(tx: Db, old: string, device: string): Promise<void> {
  for (const { group } of await tx.select().from(groupDevices).where(eq(groupDevices.device, old))) {
    await tx.insert(groupDevices).values({ group, device }).onConflictDoNothing();
  }
}

async function assignAsBefore(tx: Db, deps: AssignDeps, actor: string, old: string, device: string) {
  const standing = await standingAssignment(tx, old);
  const assigned: Record<string, string> = {};
  const leftOut: Record<string, string> = {};
  for (const { model: line, sha256 } of standing?.models ?? []) {
    const version = await versionOf(tx, old, line, sha256);
    if (version === undefined) continue;
    try {
      await assignRelease(tx, deps, actor, { device, line, version, cause: 'succession' });
      assigned[line] = version;
    } catch (error) {
      // A signer that is away comes back; a release that is withdrawn, or does not fit another class, does not.
      if (!isCodedError(error) || isRetryable(error) || error.kind === 'internal') throw error;
      leftOut[line] = error.code;
    }
  }
  return { assigned, leftOut };
}

async function versionOf(tx: Db, device: string, line: string, sha256: string): Promise<string | undefined> {
  const [row] = await tx
    .select({ version: assignments.version })
    .from(assignments)
    .where(and(eq(assignments.device, device), eq(assignments.line, line), eq(assignments.sha256, sha256)))
    .orderBy(desc(assignments.seq))
    .limit(1);
  return row?.version;
}
