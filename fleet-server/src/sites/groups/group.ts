import { isFleetName } from '@plumbline/shared/wire';
import {
  asc,
  deviceGroups,
  devices,
  eq,
  groupDevices,
  inArray,
  type Db,
  type ReadDb,
} from '../../platform/db/index.ts';
import { GroupError, unknownGroup } from './errors.ts';

/** Devices under one name; `selector` is undefined where a person keeps the list. */
export interface Group {
  name: string;
  kind: 'list' | 'selector';
  selector: string | undefined;
  note: string;
  revision: number;
  createdAt: number;
  updatedAt: number;
  updatedBy: string;
}

const MAX_NOTE = 500;
/** SQLite takes so many values in one statement at least. */
export const CHUNK = 500;

export function readGroup({ selector, ...row }: typeof deviceGroups.$inferSelect): Group {
  return { ...row, kind: selector === null ? 'list' : 'selector', selector: selector ?? undefined };
}

export async function allGroups(db: ReadDb): Promise<Group[]> {
  return (await db.select().from(deviceGroups).orderBy(asc(deviceGroups.name))).map(readGroup);
}

/** @throws GroupError `group_unknown` */
export async function findGroup(db: ReadDb, name: string): Promise<Group> {
  const [row] = await db.select().from(deviceGroups).where(eq(deviceGroups.name, name));
  if (row === undefined) throw unknownGroup(name);
  return readGroup(row);
}

/** The devices of a list, by name; also those that are barred. */
export async function listedDevices(db: ReadDb, group: string): Promise<string[]> {
  const rows = await db.select({ device: groupDevices.device }).from(groupDevices).where(eq(groupDevices.group, group));
  return rows.map(({ device }) => device).toSorted();
}

export async function insertMembers(tx: Db, group: string, members: readonly string[]): Promise<void> {
  for (let from = 0; from < members.length; from += CHUNK) {
    const rows = members.slice(from, from + CHUNK).map((device) => ({ group, device }));
    await tx.insert(groupDevices).values(rows).onConflictDoNothing();
  }
}

/** Names without repetition. @throws GroupError `group_devices_unknown` naming each that nobody enrolled */
export async function knownDevices(db: ReadDb, names: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(names)];
  const found = new Set<string>();
  for (let from = 0; from < wanted.length; from += CHUNK) {
    const chunk = wanted.slice(from, from + CHUNK);
    const rows = await db.select({ id: devices.id }).from(devices).where(inArray(devices.id, chunk));
    for (const { id } of rows) found.add(id);
  }
  const missing = wanted.filter((name) => !found.has(name));
  if (missing.length === 0) return wanted;
  const shown = missing.slice(0, 10).map((name) => JSON.stringify(name.slice(0, 64)));
  const more = missing.length > shown.length ? ` and ${missing.length - shown.length} more` : '';
  throw new GroupError('group_devices_unknown', `no such device: ${shown.join(', ')}${more}`, {
    kind: 'not-found',
    field: `devices.${names.indexOf(missing[0] ?? '')}`,
    expected: 'names of enrolled devices',
  });
}

/** @throws GroupError `group_invalid` */
export function checkedName(name: string): string {
  if (isFleetName(name)) return name;
  throw new GroupError('group_invalid', `${JSON.stringify(name.slice(0, 64))} is no name of a group`, {
    field: 'name',
    expected: '1–64 of a–z, 0–9, dot, dash, underscore',
  });
}

/** @throws GroupError `group_invalid` */
export function checkedNote(note: string): string {
  const trimmed = note.trim();
  if (trimmed.length <= MAX_NOTE && !/\p{Cc}/u.test(trimmed)) return trimmed;
  throw new GroupError('group_invalid', 'note: too long, or with control characters', {
    field: 'note',
    expected: `one line of at most ${MAX_NOTE} characters`,
  });
}

/** @throws GroupError `group_changed_meanwhile` */
export function refuseChanged(group: Pick<Group, 'name' | 'revision'>, expectedRevision: number | undefined): void {
  if (expectedRevision === undefined || expectedRevision === group.revision) return;
  throw new GroupError(
    'group_changed_meanwhile',
    `group ${group.name} is at revision ${group.revision}, not ${expectedRevision}`,
    { kind: 'conflict', field: 'expectedRevision', expected: String(group.revision) },
  );
}
