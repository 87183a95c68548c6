import { eq, groupDevices, type ReadDb } from '../../../platform/db/index.ts';
import type { Group } from '../group.ts';
import { createMatcher, parseSelector, type Selector } from '../selector/index.ts';
import { fieldsOf, knownGroups, loadInventory, type InventoryDevice } from './load.ts';

/** What is asked of every device, and what has to be read for it. */
export interface Question {
  selector: Selector | undefined;
  matches: (row: InventoryDevice) => boolean;
}

/** Whether a selector finds it. @throws GroupError `selector_malformed` */
export async function questionOfText(
  db: ReadDb,
  text: string,
  now: number,
): Promise<Question & { selector: Selector }> {
  return bySelector(parseSelector(text, await knownGroups(db)), now);
}

/** Whether it is a member of a group. */
export async function questionOfGroup(db: ReadDb, { name, selector }: Group, now: number): Promise<Question> {
  if (selector !== undefined) return bySelector(parseSelector(selector), now);
  const rows = await db.select({ device: groupDevices.device }).from(groupDevices).where(eq(groupDevices.group, name));
  const listed = new Set(rows.map(({ device }) => device));
  return { selector: undefined, matches: ({ id }) => listed.has(id) };
}

function bySelector(selector: Selector, now: number): Question & { selector: Selector } {
  return { selector, matches: createMatcher(selector, now) };
}

/** The inventory by id, with everything in it that these questions look at. */
export async function inventoryFor(db: ReadDb, questions: readonly Question[]): Promise<InventoryDevice[]> {
  return loadInventory(db, fieldsOf(questions.flatMap(({ selector }) => selector ?? [])));
}

/** Devices of which every question is true, by id. */
export async function findDevices(db: ReadDb, questions: readonly Question[]): Promise<InventoryDevice[]> {
  const inventory = await inventoryFor(db, questions);
  return inventory.filter((row) => questions.every(({ matches }) => matches(row)));
}
