import { record } from '../../../platform/audit/index.ts';
import { devices, eq, preparedWrite, sql, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import type { GroupDeps } from '../create.ts';
import { GroupError } from '../errors.ts';
import { knownDevices } from '../group.ts';
import { readTags } from '../inventory/load.ts';
import { findDevices, questionOfText } from '../inventory/question.ts';

/** Tags that devices get and lose: of the devices that are named, or of those that a selector finds. One of the two. */
export interface Tagging {
  devices?: readonly string[] | undefined;
  selector?: string | undefined;
  add?: readonly string[] | undefined;
  remove?: readonly string[] | undefined;
}

const MAX_TAG = 64;
const MAX_TAGS = 32;

const writeTags = preparedWrite<{ id: string; tags: string }>((db) =>
  db
    .update(devices)
    .set({ tags: sql`${sql.placeholder('tags')}` })
    .where(eq(devices.id, sql.placeholder('id'))),
);

/**
 * Changes tags, of all the devices or, when one of them would have too many, of none. What a device has already changes
 * nothing.
 * @returns devices that were meant, and those of them that are tagged otherwise now
 * @throws GroupError `tags_invalid`, `group_devices_unknown`, `selector_malformed`, `selector_matches_nobody`
 */
export async function tagDevices(
  deps: GroupDeps,
  actor: string,
  tagging: Tagging,
): Promise<{ count: number; changed: string[] }> {
  const { add, remove } = checkedTags(tagging);
  return deps.database.transaction(async (tx) => {
    const meant = await devicesMeant(tx, tagging, deps.now());
    const rows = new Map(
      (await tx.select({ id: devices.id, tags: devices.tags }).from(devices)).map((row) => [row.id, row]),
    );
    const changed = new Map<string, string>();
    for (const id of meant) {
      const before = readTags(rows.get(id)?.tags ?? '[]');
      const after = [...before.filter((tag) => !remove.includes(tag)), ...add.filter((tag) => !before.includes(tag))];
      if (after.join('\n') === before.join('\n')) continue;
      if (after.length > MAX_TAGS)
        throw invalid(`device ${id} would carry ${after.length} tags`, `at most ${MAX_TAGS}`);
      changed.set(id, JSON.stringify(after));
    }
    const names = [...changed.keys()];
    if (names.length === 0) return { count: meant.length, changed: names };
    await writeTags(
      tx,
      [...changed].map(([id, text]) => ({ id, tags: text })),
    );
    const { selector } = tagging;
    const details = { add, remove, devices: names, ...(selector !== undefined && { selector }) };
    const subject = names.length === 1 ? `device:${names[0]}` : 'devices';
    await record(tx, { actor, action: 'devices.tag', subject, details });
    await emit(tx, { type: 'devices.tagged', devices: names.length });
    return { count: meant.length, changed: names };
  });
}

async function devicesMeant(tx: Db, tagging: Tagging, now: number): Promise<string[]> {
  const { devices: named, selector } = tagging;
  if (named !== undefined && selector === undefined) return knownDevices(tx, named);
  if (selector === undefined || named !== undefined) {
    throw invalid(`${named === undefined ? 'neither' : 'both'} devices and selector`, 'one of the two', 'devices');
  }
  const found = await findDevices(tx, [await questionOfText(tx, selector, now)]);
  if (found.length > 0) return found.map(({ id }) => id);
  throw new GroupError('selector_matches_nobody', `no device matches ${selector}`, {
    kind: 'refused',
    field: 'selector',
    expected: 'a selector that finds a device; `plumbline groups preview` shows whom',
  });
}

function checkedTags({ add = [], remove = [] }: Tagging): { add: string[]; remove: string[] } {
  const wrong = [...add, ...remove].find((tag) => !isTag(tag));
  if (wrong !== undefined) {
    throw invalid(`${JSON.stringify(wrong.slice(0, MAX_TAG))} is no tag`, `1–${MAX_TAG} visible characters`);
  }
  const both = add.find((tag) => remove.includes(tag));
  if (both !== undefined) throw invalid(`${JSON.stringify(both)} is both added and removed`, 'one of the two');
  if (add.length + remove.length === 0) throw invalid('no tag to add or remove', 'at least one');
  return { add: [...new Set(add)], remove: [...new Set(remove)] };
}

function isTag(tag: string): boolean {
  return tag.length > 0 && tag.length <= MAX_TAG && tag.trim() === tag && !/\p{Cc}/u.test(tag);
}

function invalid(what: string, expected: string, field = 'tags'): GroupError {
  return new GroupError('tags_invalid', `${field}: ${what}`, { field, expected });
}
