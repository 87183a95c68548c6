import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FindingScope } from '@plumbline/shared/drift';
import { devices as deviceTable, groupDevices, inArray, type ReadDb } from '../../../platform/db/index.ts';

/** Which parts of the fleet each device belongs to: groups that are lists, and its profile. */
export interface Belongings {
  profile: string | undefined;
  groups: string[];
}

/** Asked for so many devices at once. */
const PAGE = 500;

/** Groups that are selectors are left out: what they find is about today, and windows are of another day. */
export async function belongingsOf(db: ReadDb, devices: readonly string[]): Promise<Map<string, Belongings>> {
  const found = new Map<string, Belongings>(devices.map((device) => [device, { profile: undefined, groups: [] }]));
  for (let at = 0; at < devices.length; at += PAGE) {
    const some = devices.slice(at, at + PAGE);
    const profiles = await db
      .select({ id: deviceTable.id, profile: deviceTable.profile })
      .from(deviceTable)
      .where(inArray(deviceTable.id, some));
    for (const { id, profile } of profiles) found.get(id)!.profile = profile;
    const groups = await db.select().from(groupDevices).where(inArray(groupDevices.device, some));
    for (const { device, group } of groups) found.get(device)!.groups.push(group);
    await nextTurn();
  }
  return found;
}

/** The smaller scopes of these devices, by name: sites, profiles and groups. */
export function scopesOf<T extends { device: string; site: string }>(
  parts: readonly T[],
  belongings: ReadonlyMap<string, Belongings>,
): { scope: FindingScope; parts: T[] }[] {
  const scopes = new Map<string, { scope: FindingScope; parts: T[] }>();
  const add = (of: FindingScope['of'], id: string, part: T) => {
    const key = `${of} ${id}`;
    const known = scopes.get(key);
    if (known === undefined) scopes.set(key, { scope: { of, id }, parts: [part] });
    else known.parts.push(part);
  };
  for (const part of parts) {
    add('site', part.site, part);
    const own = belongings.get(part.device);
    if (own?.profile !== undefined) add('profile', own.profile, part);
    for (const group of own?.groups ?? []) add('group', group, part);
  }
  return [...scopes.values()].toSorted((a, b) =>
    `${a.scope.of} ${a.scope.id}` < `${b.scope.of} ${b.scope.id}` ? -1 : 1,
  );
}
