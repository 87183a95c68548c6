import { record } from '../../platform/audit/index.ts';
import { and, deviceGroups, eq, groupDevices, inArray, timeOf, type Db } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { checkedMembers, type GroupDeps, type GroupMembers } from './create.ts';
import { GroupError } from './errors.ts';
import { checkedNote, CHUNK, findGroup, insertMembers, listedDevices, refuseChanged, type Group } from './group.ts';
import { refuseNamed } from './in-use.ts';

export interface GroupChange extends GroupMembers {
  name: string;
  note?: string | undefined;
  /** Refused when the group has another one. */
  expectedRevision?: number | undefined;
}

/**
 * Gives a group other members or another note; what is left out stays. What changes nothing writes nothing. A group that
 * was a list may become a selector unless another selector names it.
 * @throws GroupError `group_unknown`, `group_changed_meanwhile`, `group_invalid`, `group_in_use`, `selector_malformed`,
 * `group_devices_unknown`
 */
export async function updateGroup(deps: GroupDeps, actor: string, change: GroupChange): Promise<Group> {
  return deps.database.transaction((tx) => updateGroupIn(tx, actor, change));
}

/** The same in the transaction of a caller, see `updateGroup`. */
export async function updateGroupIn(tx: Db, actor: string, change: GroupChange): Promise<Group> {
  const before = await findGroup(tx, change.name);
  refuseChanged(before, change.expectedRevision);
  const note = change.note === undefined ? before.note : checkedNote(change.note);
  const keepsMembers = change.selector === undefined && change.devices === undefined;
  const members = keepsMembers ? undefined : await checkedMembers(tx, change);
  const listed = await listedDevices(tx, before.name);
  const after = members === undefined ? listed : 'devices' in members ? members.devices : [];
  const selector = members === undefined ? before.selector : 'selector' in members ? members.selector : undefined;
  const [added, removed] = [without(after, listed), without(listed, after)];
  const isSame = note === before.note && selector === before.selector && added.length + removed.length === 0;
  if (isSame) return before;
  if (before.kind === 'list' && selector !== undefined) await refuseNamed(tx, before.name);
  await removeMembers(tx, before.name, removed);
  await insertMembers(tx, before.name, added);
  const details = {
    ...(note !== before.note && { note }),
    ...(selector !== before.selector && { selector: selector ?? null }),
    ...(added.length > 0 && { added }),
    ...(removed.length > 0 && { removed }),
  };
  return writeGroup(tx, actor, before, { note, selector, details });
}

/** The row under the next revision, with audit and event. @throws GroupError `group_changed_meanwhile` */
export async function writeGroup(
  tx: Db,
  actor: string,
  before: Group,
  { note, selector, details }: WrittenGroup,
): Promise<Group> {
  const after = { note, revision: before.revision + 1, updatedAt: timeOf(tx), updatedBy: actor };
  const written = await tx
    .update(deviceGroups)
    .set({ ...after, selector: selector ?? null })
    .where(and(eq(deviceGroups.name, before.name), eq(deviceGroups.revision, before.revision)))
    .returning({ name: deviceGroups.name });
  if (written.length === 0) {
    throw new GroupError('group_changed_meanwhile', `group ${before.name} was changed by somebody else`, {
      kind: 'conflict',
      field: 'expectedRevision',
    });
  }
  await record(tx, { actor, action: 'groups.update', subject: `group:${before.name}`, details });
  await emit(tx, { type: 'group.changed', group: before.name });
  return { ...before, ...after, selector, kind: selector === undefined ? 'list' : 'selector' };
}

interface WrittenGroup {
  note: string;
  selector: string | undefined;
  details: Record<string, unknown>;
}

export async function removeMembers(tx: Db, group: string, members: readonly string[]): Promise<void> {
  for (let from = 0; from < members.length; from += CHUNK) {
    const chunk = members.slice(from, from + CHUNK);
    await tx.delete(groupDevices).where(and(eq(groupDevices.group, group), inArray(groupDevices.device, chunk)));
  }
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const left = new Set(others);
  return names.filter((name) => !left.has(name));
}
