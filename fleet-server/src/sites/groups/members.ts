import { GroupError } from './errors.ts';
import type { GroupDeps } from './create.ts';
import { findGroup, insertMembers, knownDevices, listedDevices, refuseChanged, type Group } from './group.ts';
import { removeMembers, writeGroup } from './update.ts';

export interface MemberChange {
  group: string;
  add?: readonly string[];
  remove?: readonly string[];
  /** Refused when the group has another one. */
  expectedRevision?: number | undefined;
}

/**
 * Puts devices on a list or takes them off. One that is there already, or is not there, is no fault; what changes
 * nothing writes nothing.
 * @throws GroupError `group_unknown`, `group_by_selector`, `group_changed_meanwhile`, `group_devices_unknown`
 */
export async function changeMembers(deps: GroupDeps, actor: string, change: MemberChange): Promise<Group> {
  const { add = [], remove = [] } = change;
  return deps.database.transaction(async (tx) => {
    const group = await findGroup(tx, change.group);
    refuseChanged(group, change.expectedRevision);
    if (group.kind === 'selector') {
      throw new GroupError('group_by_selector', `the members of ${group.name} are found by its selector`, {
        kind: 'conflict',
        field: 'group',
        expected: 'a group that is a list',
      });
    }
    const listed = new Set(await listedDevices(tx, group.name));
    const removed = [...new Set(remove)].filter((device) => listed.has(device));
    const added = (await knownDevices(tx, add)).filter((device) => !listed.has(device) && !remove.includes(device));
    if (added.length + removed.length === 0) return group;
    await removeMembers(tx, group.name, removed);
    await insertMembers(tx, group.name, added);
    const { note, selector } = group;
    return writeGroup(tx, actor, group, { note, selector, details: { added, removed } });
  });
}
