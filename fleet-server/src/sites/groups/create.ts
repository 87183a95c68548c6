import { record } from '../../platform/audit/index.ts';
import { count, deviceGroups, eq, timeOf, type Database, type Db } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { GroupError } from './errors.ts';
import { checkedName, checkedNote, insertMembers, knownDevices, type Group } from './group.ts';
import { knownGroups } from './inventory/load.ts';
import { parseSelector } from './selector/index.ts';

/** Every group is counted over the whole fleet when they are listed; an admin keeps a handful. */
const MAX_GROUPS = 200;

export interface GroupDeps {
  database: Database;
  now: () => number;
}

/** Who is in a group: whoever a selector finds at the time, or a list, which may be empty. One of the two. */
export interface GroupMembers {
  selector?: string | undefined;
  devices?: readonly string[] | undefined;
}

export interface NewGroup extends GroupMembers {
  name: string;
  note?: string | undefined;
}

/**
 * Gives devices a name they can be spoken of by.
 * @throws GroupError `group_invalid`, `group_exists`, `group_limit`, `selector_malformed`, `group_devices_unknown`
 */
export async function createGroup(deps: GroupDeps, actor: string, input: NewGroup): Promise<Group> {
  return deps.database.transaction((tx) => createGroupIn(tx, actor, input));
}

/** The same in the transaction of a caller, see `createGroup`. */
export async function createGroupIn(tx: Db, actor: string, input: NewGroup): Promise<Group> {
  const name = checkedName(input.name);
  const note = checkedNote(input.note ?? '');
  const [taken] = await tx.select({ name: deviceGroups.name }).from(deviceGroups).where(eq(deviceGroups.name, name));
  if (taken !== undefined) {
    throw new GroupError('group_exists', `there is a group ${name}`, { kind: 'conflict', field: 'name' });
  }
  await refuseMany(tx);
  const members = await checkedMembers(tx, input);
  const at = timeOf(tx);
  const group = { name, note, revision: 1, createdAt: at, updatedAt: at, updatedBy: actor };
  const selector = 'selector' in members ? members.selector : null;
  await tx.insert(deviceGroups).values({ ...group, selector });
  if ('devices' in members) await insertMembers(tx, name, members.devices);
  await record(tx, { actor, action: 'groups.create', subject: `group:${name}`, details: { ...members, note } });
  await emit(tx, { type: 'group.changed', group: name });
  return { ...group, kind: selector === null ? 'list' : 'selector', selector: selector ?? undefined };
}

async function refuseMany(tx: Db): Promise<void> {
  const [known] = await tx.select({ number: count() }).from(deviceGroups);
  if ((known?.number ?? 0) < MAX_GROUPS) return;
  throw new GroupError('group_limit', `there are ${MAX_GROUPS} groups already`, {
    kind: 'conflict',
    field: 'name',
    expected: `at most ${MAX_GROUPS}: tags and selectors need no group`,
  });
}

/** @throws GroupError `group_invalid` for both or neither, `selector_malformed`, `group_devices_unknown` */
export async function checkedMembers(
  tx: Db,
  { selector, devices }: GroupMembers,
): Promise<{ selector: string } | { devices: string[] }> {
  if (selector !== undefined && devices === undefined) {
    parseSelector(selector, await knownGroups(tx));
    return { selector };
  }
  if (devices !== undefined && selector === undefined) return { devices: await knownDevices(tx, devices) };
  throw new GroupError(
    'group_invalid',
    `a group has ${selector === undefined ? 'neither' : 'both'} selector and list`,
    {
      field: 'selector',
      expected: 'selector or devices, one of the two',
    },
  );
}
