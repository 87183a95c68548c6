import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { devices, deviceStaleness, standingReleases } from '../../platform/db/index.ts';
import {
  changeMembers,
  createGroup,
  getGroup,
  listGroups,
  previewSelector,
  removeGroup,
  resolveMembers,
  tagDevices,
  updateGroup,
} from './index.ts';
import { createGroupWorld, type GroupWorld } from './testing/group-world.ts';

const DAY_MS = 86_400_000;
const ANA = 'user:ana';
let world: GroupWorld;

beforeEach(async () => {
  world = await createGroupWorld();
  await world.addSite('north-1', 'north');
  await world.addSite('south-1', 'south');
  await world.addSite('old-1', 'south', 'archived');
  await world.addDevices([
    { id: 'gw-1', words: ['canary'], connection: 'c', lastSeenAt: world.now(), runs: { delay: '1.0.0' } },
    { id: 'gw-2', agent: '0.2.9', lastSeenAt: world.now() - 3 * DAY_MS },
    { id: 'gw-3', site: 'south-1', profile: 'raspberry-pi-4' },
    { id: 'gw-4', site: 'old-1' },
    { id: 'gw-5', standing: 'quarantined' },
    { id: 'tab-1', site: 'nowhere', profile: 'ipad-10', connection: 'c' },
  ]);
});
afterEach(() => world.close());

const found = async (selector: string) => (await previewSelector(world.database.db, selector, world.now())).devices;
const membersOf = async (name: string) => (await getGroup(world.database.db, name, world.now())).devices;
const actions = async () => (await list(world.database.db, {})).rows.map(({ action }) => action);

describe('a selector over the inventory', () => {
  it.each([
    ['region = north', ['gw-1', 'gw-2', 'gw-5']],
    ['region = ""', ['tab-1']],
    ['zone = UTC and kind = gateway', ['gw-1', 'gw-2', 'gw-3', 'gw-4', 'gw-5']],
    ['kind = tablet', ['tab-1']],
    ['profile ~ raspberry-*', ['gw-3']],
    ['tag = canary', ['gw-1']],
    ['agent < 0.3', ['gw-2']],
    ['online', ['gw-1', 'tab-1']],
    ['standing != active', ['gw-5']],
    ['lastSeen < 2d', ['gw-1']],
    ['lastSeen > 2d and site = north-1', ['gw-2', 'gw-5']],
    ['runs = delay', ['gw-1']],
    ['runs(delay) >= 1 and state(delay) = committed', ['gw-1']],
    ['metadata = stale', ['gw-3']],
    ['metadata = fresh', []],
    ['group = pilots or group = crew', ['gw-2', 'gw-3']],
  ])('%s', async (selector, names) => {
    await world.database.transaction(async (tx) => {
      await tx.insert(deviceStaleness).values({ device: 'gw-3', behindSince: 0, staleSince: 0 });
    });
    await createGroup(world, ANA, { name: 'pilots', devices: ['gw-2'] });
    await createGroup(world, ANA, { name: 'crew', devices: ['gw-3', 'gw-2'] });
    expect(await found(selector)).toEqual(names);
  });

  it('is previewed with counts, and says whom a rollout would reach', async () => {
    const preview = await previewSelector(world.database.db, 'kind=gateway and(enrolled<1d)', world.now(), {
      shown: 2,
    });
    expect(preview).toEqual({
      selector: 'kind = "gateway" and enrolled < 1d',
      count: 5,
      eligible: 3,
      devices: ['gw-1', 'gw-2'],
      bySite: [
        { site: 'north-1', count: 3 },
        { site: 'old-1', count: 1 },
        { site: 'south-1', count: 1 },
      ],
      byProfile: [
        { profile: 'linux-x64-dev', count: 4 },
        { profile: 'raspberry-pi-4', count: 1 },
      ],
    });
  });

  it('resolves to those that something new may go to: not the barred, not those of a closed site', async () => {
    const resolve = (of: Parameters<typeof resolveMembers>[1]) => resolveMembers(world.database.db, of, world.now());
    await createGroup(world, ANA, { name: 'crew', devices: ['gw-3', 'gw-4', 'gw-5'] });
    expect(await resolve({})).toEqual(['gw-1', 'gw-2', 'gw-3', 'tab-1']);
    expect(await resolve({ selector: 'id ~ gw-*' })).toEqual(['gw-1', 'gw-2', 'gw-3']);
    expect(await resolve({ selector: 'standing = quarantined' })).toEqual([]);
    expect(await resolve({ group: 'crew' })).toEqual(['gw-3']);
    expect(await resolve({ group: 'crew', selector: 'region = north' })).toEqual([]);
    await expect(resolve({ group: 'nobody' })).rejects.toMatchObject({ code: 'group_unknown', kind: 'not-found' });
    await expect(resolve({ selector: 'sight = x' })).rejects.toMatchObject({ code: 'selector_malformed' });
    await expect(resolve({ selector: 'group = nobody' })).rejects.toMatchObject({ code: 'selector_malformed' });
  });

  it('is asked anew each time: who ages into it is in it', async () => {
    await createGroup(world, ANA, { name: 'silent', selector: 'lastSeen > 2d and id = gw-1' });
    expect(await membersOf('silent')).toEqual([]);
    await world.clock.advance(3 * DAY_MS);
    expect(await membersOf('silent')).toEqual(['gw-1']);
  });
});

describe('a group', () => {
  it('is made, changed by members and whole, listed with counts, and removed; each act is audited', async () => {
    expect(await createGroup(world, ANA, { name: 'crew', devices: ['gw-1', 'gw-1'], note: ' cranes ' })).toMatchObject({
      name: 'crew',
      kind: 'list',
      note: 'cranes',
      revision: 1,
    });
    await changeMembers(world, ANA, { group: 'crew', add: ['gw-5', 'gw-4'], remove: ['gw-1', 'gw-3'] });
    expect(await membersOf('crew')).toEqual(['gw-4', 'gw-5']);
    await updateGroup(world, ANA, { name: 'crew', devices: ['gw-5', 'gw-1'], expectedRevision: 2 });
    expect(await listGroups(world.database.db, world.now())).toMatchObject([
      { name: 'crew', count: 2, eligible: 1, revision: 3, standing: [] },
    ]);
    await updateGroup(world, ANA, { name: 'crew', selector: 'region = south' });
    expect(await membersOf('crew')).toEqual(['gw-3', 'gw-4']);
    await updateGroup(world, ANA, { name: 'crew', devices: [] });
    expect(await membersOf('crew')).toEqual([]);
    await removeGroup(world, ANA, { name: 'crew', expectedRevision: 5 });
    expect(await listGroups(world.database.db, world.now())).toEqual([]);
    expect((await actions()).toSorted()).toEqual(
      ['groups.create', ...Array(4).fill('groups.update'), 'groups.remove'].toSorted(),
    );
  });

  it('that is said again as it is changes nothing', async () => {
    await createGroup(world, ANA, { name: 'crew', devices: ['gw-1'] });
    await createGroup(world, ANA, { name: 'all', selector: 'site ~ "*"' });
    expect(await updateGroup(world, ANA, { name: 'crew', devices: ['gw-1'], note: '' })).toMatchObject({ revision: 1 });
    expect(await updateGroup(world, ANA, { name: 'all', selector: 'site ~ "*"' })).toMatchObject({ revision: 1 });
    expect(await changeMembers(world, ANA, { group: 'crew', add: ['gw-1'], remove: ['gw-2'] })).toMatchObject({
      revision: 1,
    });
    expect(await actions()).toHaveLength(2);
  });

  it.each([
    ['a name that is none', { name: 'Crew 1', devices: [] }, 'group_invalid', 'name'],
    ['a name that is taken', { name: 'crew', devices: [] }, 'group_exists', 'name'],
    ['neither selector nor list', { name: 'new' }, 'group_invalid', 'selector'],
    ['both', { name: 'new', selector: 'online', devices: [] }, 'group_invalid', 'selector'],
    ['a device nobody enrolled', { name: 'new', devices: ['gw-1', 'gw-9'] }, 'group_devices_unknown', 'devices.1'],
    ['a selector that makes no sense', { name: 'new', selector: 'online and' }, 'selector_malformed', 'selector'],
    ['a selector over another selector', { name: 'new', selector: 'group = found' }, 'selector_malformed', 'selector'],
    ['a note of two lines', { name: 'new', devices: [], note: 'a\nb' }, 'group_invalid', 'note'],
  ])('with %s is refused, and nothing is written', async (_what, input, code, field) => {
    await createGroup(world, ANA, { name: 'crew', devices: [] });
    await createGroup(world, ANA, { name: 'found', selector: 'online' });
    await expect(createGroup(world, ANA, input)).rejects.toMatchObject({ code, field });
    expect(await listGroups(world.database.db, world.now())).toHaveLength(2);
  });

  it('that two change at once takes the first', async () => {
    await createGroup(world, ANA, { name: 'crew', devices: [] });
    await updateGroup(world, ANA, { name: 'crew', note: 'first', expectedRevision: 1 });
    const late = { code: 'group_changed_meanwhile', kind: 'conflict', field: 'expectedRevision' };
    await expect(
      updateGroup(world, 'user:ben', { name: 'crew', note: 'x', expectedRevision: 1 }),
    ).rejects.toMatchObject(late);
    await expect(removeGroup(world, 'user:ben', { name: 'crew', expectedRevision: 1 })).rejects.toMatchObject(late);
    await expect(
      changeMembers(world, 'user:ben', { group: 'crew', add: ['gw-1'], expectedRevision: 1 }),
    ).rejects.toMatchObject(late);
  });

  it('by selector has no members to list by hand', async () => {
    await createGroup(world, ANA, { name: 'found', selector: 'online' });
    await expect(changeMembers(world, ANA, { group: 'found', add: ['gw-1'] })).rejects.toMatchObject({
      code: 'group_by_selector',
    });
  });

  it('is kept while something needs it: a selector, a standing release, a rollout', async () => {
    const inUse = { code: 'group_in_use', kind: 'conflict', field: 'group' };
    await createGroup(world, ANA, { name: 'crew', devices: ['gw-1'] });
    await createGroup(world, ANA, { name: 'late', selector: 'group in (crew) and lastSeen > 1d' });
    await expect(removeGroup(world, ANA, { name: 'crew' })).rejects.toMatchObject(inUse);
    await expect(updateGroup(world, ANA, { name: 'crew', selector: 'online' })).rejects.toMatchObject(inUse);
    await removeGroup(world, ANA, { name: 'late' });
    await expect(
      removeGroup(world, ANA, { name: 'crew', usedBy: async (_db, group) => [`rollout r-1 of ${group}`] }),
    ).rejects.toMatchObject({ ...inUse, message: 'group crew is needed by rollout r-1 of crew' });
    await world.database.transaction(async (tx) => {
      await tx
        .insert(standingReleases)
        .values({ group: 'crew', line: 'delay', version: '1.0.0', setAt: 0, setBy: ANA });
    });
    await expect(removeGroup(world, ANA, { name: 'crew' })).rejects.toMatchObject(inUse);
  });
});

const tagsOf = async (id: string) => {
  const rows = await world.database.db.select({ id: devices.id, tags: devices.tags }).from(devices);
  return JSON.parse(rows.find((one) => one.id === id)?.tags ?? '') as string[];
};

describe('tags', () => {
  it('are given and taken by name or by selector, and audited once', async () => {
    expect(await tagDevices(world, ANA, { devices: ['gw-2', 'gw-1'], add: ['canary', 'new'] })).toEqual({
      count: 2,
      changed: ['gw-2', 'gw-1'],
    });
    expect(await tagsOf('gw-1')).toEqual(['canary', 'new']);
    expect(await tagDevices(world, ANA, { selector: 'tag = new', add: ['new'], remove: ['canary'] })).toMatchObject({
      count: 2,
      changed: ['gw-1', 'gw-2'],
    });
    expect(await tagsOf('gw-2')).toEqual(['new']);
    expect(await tagDevices(world, ANA, { selector: 'tag = new', add: ['new'] })).toEqual({ count: 2, changed: [] });
    expect(await actions()).toEqual(['devices.tag', 'devices.tag']);
  });

  it.each([
    ['nobody', { selector: 'tag = nobody', add: ['x'] }, 'selector_matches_nobody', 'selector'],
    ['a device nobody enrolled', { devices: ['gw-9'], add: ['x'] }, 'group_devices_unknown', 'devices.0'],
    ['neither names nor selector', { add: ['x'] }, 'tags_invalid', 'devices'],
    ['both', { devices: ['gw-1'], selector: 'online', add: ['x'] }, 'tags_invalid', 'devices'],
    ['no tag', { devices: ['gw-1'] }, 'tags_invalid', 'tags'],
    ['a tag to add and to remove', { devices: ['gw-1'], add: ['x'], remove: ['x'] }, 'tags_invalid', 'tags'],
    ['a tag of two lines', { devices: ['gw-1'], add: ['x\ny'] }, 'tags_invalid', 'tags'],
    ['more than a device may carry', { devices: ['gw-2', 'gw-1'], add: many(32) }, 'tags_invalid', 'tags'],
  ])('for %s are refused, of all devices', async (_what, tagging, code, field) => {
    await expect(tagDevices(world, ANA, tagging)).rejects.toMatchObject({ code, field });
    expect(await tagsOf('gw-2')).toEqual([]);
    expect(await actions()).toEqual([]);
  });
});

function many(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `tag-${number}`);
}
