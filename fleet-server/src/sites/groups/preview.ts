import type { ReadDb } from '../../platform/db/index.ts';
import { findDevices, questionOfText } from './inventory/question.ts';
import { printSelector } from './selector/index.ts';

export interface SelectorPreview {
  /** As it was understood, with every bracket it needs. */
  selector: string;
  count: number;
  /** Of them, in good standing on open sites: those a rollout would reach. */
  eligible: number;
  /** The first by name. */
  devices: string[];
  bySite: { site: string; count: number }[];
  byProfile: { profile: string; count: number }[];
}

const SHOWN = 50;

/** Whom a selector finds now. Nobody is no fault here. @throws GroupError `selector_malformed` */
export async function previewSelector(
  db: ReadDb,
  text: string,
  now: number,
  { shown = SHOWN }: { shown?: number } = {},
): Promise<SelectorPreview> {
  const question = await questionOfText(db, text, now);
  const found = await findDevices(db, [question]);
  return {
    selector: printSelector(question.selector),
    count: found.length,
    eligible: found.filter(({ isEligible }) => isEligible).length,
    devices: found.slice(0, shown).map(({ id }) => id),
    bySite: counted(found.map(({ site }) => site)).map(([site, count]) => ({ site, count })),
    byProfile: counted(found.map(({ profile }) => profile)).map(([profile, count]) => ({ profile, count })),
  };
}

/** How often each word stands there, the most frequent first. */
function counted(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}
