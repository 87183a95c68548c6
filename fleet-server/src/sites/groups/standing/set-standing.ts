import { record } from '../../../platform/audit/index.ts';
import { and, eq, standingReleases, timeOf, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import { GroupError } from '../errors.ts';
import { findGroup } from '../group.ts';
import type { StandingRelease } from '../read.ts';

export interface StandingOrder {
  group: string;
  line: string;
  version: string;
}

/**
 * Says what members of a group run of a line when no rollout says otherwise: whoever joins it, and whoever comes back
 * after a long time with something older. Those that run it, or something newer, notice nothing. Said again, it changes
 * nothing. Part of the transaction that completes a rollout, or of a person's own.
 * @throws GroupError `group_unknown`, `standing_not_published`; ModelError `model_unknown`
 */
export async function setStandingRelease(tx: Db, actor: string, order: StandingOrder): Promise<StandingRelease> {
  const { group, line, version } = order;
  await findGroup(tx, group);
  const { state } = await getModel(tx, line, version);
  if (state !== 'published') {
    throw new GroupError('standing_not_published', `${line}@${version} is ${state}`, {
      kind: 'conflict',
      field: 'version',
      expected: 'a version that an approver has signed',
    });
  }
  const before = await standingOf(tx, group, line);
  if (before?.version === version) return before;
  const after = { group, line, version, setAt: timeOf(tx), setBy: actor };
  const target = [standingReleases.group, standingReleases.line];
  await tx.insert(standingReleases).values(after).onConflictDoUpdate({ target, set: after });
  await writeDown(tx, actor, group, { line, version, before: before?.version ?? null });
  return after;
}

/** Members that come later are given nothing of the line any more. @throws GroupError `group_unknown`, `standing_unknown` */
export async function clearStandingRelease(
  tx: Db,
  actor: string,
  { group, line }: Omit<StandingOrder, 'version'>,
): Promise<void> {
  await findGroup(tx, group);
  const before = await standingOf(tx, group, line);
  if (before === undefined) {
    throw new GroupError('standing_unknown', `group ${group} has no standing release of ${line}`, {
      kind: 'not-found',
      field: 'line',
    });
  }
  await tx.delete(standingReleases).where(keyOf(group, line));
  await writeDown(tx, actor, group, { line, version: null, before: before.version });
}

async function standingOf(tx: Db, group: string, line: string): Promise<StandingRelease | undefined> {
  const [row] = await tx.select().from(standingReleases).where(keyOf(group, line));
  return row;
}

function keyOf(group: string, line: string) {
  return and(eq(standingReleases.group, group), eq(standingReleases.line, line));
}

async function writeDown(tx: Db, actor: string, group: string, details: Record<string, string | null>): Promise<void> {
  await record(tx, { actor, action: 'groups.standing', subject: `group:${group}`, details });
  await emit(tx, { type: 'group.changed', group });
}
