import { record } from '../../platform/audit/index.ts';
import { deviceGroups, eq, groupDevices, type ReadDb } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import type { GroupDeps } from './create.ts';
import { findGroup, refuseChanged } from './group.ts';
import { inUse, refuseNamed, refuseStanding } from './in-use.ts';

export interface Removal {
  name: string;
  expectedRevision?: number | undefined;
  /** What of later rooms needs the group, in words: a rollout that runs. */
  usedBy?: (db: ReadDb, group: string) => Promise<string[]>;
}

/**
 * Takes a name away; the devices stay as they are.
 * @throws GroupError `group_unknown`, `group_changed_meanwhile`, `group_in_use` by its standing release, by the selector
 * of another group, or by what the caller says
 */
export async function removeGroup(deps: GroupDeps, actor: string, removal: Removal): Promise<void> {
  await deps.database.transaction(async (tx) => {
    const group = await findGroup(tx, removal.name);
    refuseChanged(group, removal.expectedRevision);
    await refuseStanding(tx, group.name);
    await refuseNamed(tx, group.name);
    const [user] = (await removal.usedBy?.(tx, group.name)) ?? [];
    if (user !== undefined) throw inUse(group.name, user);
    await tx.delete(groupDevices).where(eq(groupDevices.group, group.name));
    await tx.delete(deviceGroups).where(eq(deviceGroups.name, group.name));
    const { selector, note } = group;
    await record(tx, {
      actor,
      action: 'groups.remove',
      subject: `group:${group.name}`,
      details: { selector: selector ?? null, note },
    });
    await emit(tx, { type: 'group.changed', group: group.name });
  });
}
