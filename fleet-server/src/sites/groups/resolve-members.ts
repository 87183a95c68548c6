import type { ReadDb } from '../../platform/db/index.ts';
import { findGroup } from './group.ts';
import { findDevices, questionOfGroup, questionOfText, type Question } from './inventory/question.ts';

/**
 * Devices that something new may go to, by name: of a group, of a selector, of both what both find, of neither all.
 * Barred devices and those of sites that are not open are left out, whatever the selector asks for.
 * @param now ms, what ages are counted to
 * @throws GroupError `group_unknown`, `selector_malformed`
 */
export async function resolveMembers(
  db: ReadDb,
  of: { group?: string | undefined; selector?: string | undefined },
  now: number,
): Promise<string[]> {
  const questions: Question[] = [];
  if (of.selector !== undefined) questions.push(await questionOfText(db, of.selector, now));
  if (of.group !== undefined) questions.push(await questionOfGroup(db, await findGroup(db, of.group), now));
  const found = await findDevices(db, questions);
  return found.filter(({ isEligible }) => isEligible).map(({ id }) => id);
}
