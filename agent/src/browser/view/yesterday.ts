import { z } from 'zod';
import type { ActivityView } from '../../index.ts';

const word = z.object({ score: z.number(), at: z.number(), version: z.string() });
export type Word = z.infer<typeof word>;

/** By line and activity: what was said last, and what stood when the day of that word began. */
export const words = z.record(z.string(), z.object({ latest: word, before: word.optional() }));
export type Words = z.infer<typeof words>;

/**
 * Takes in what is said now. The core keeps the latest word of a version only, and the page wants to show what changed
 * since the morning: so the word that stood when the local day began is kept beside it.
 * @param dayStart when the local day of a moment began
 * @returns the same object when nothing was new; activities that are gone are forgotten
 */
export function takeWords(known: Words, activities: readonly ActivityView[], dayStart: (at: number) => number): Words {
  const next: Words = {};
  let isChanged = false;
  for (const { activity, predictions } of activities) {
    for (const { line, score, at, version } of predictions) {
      const key = wordKey(line, activity);
      const before = known[key];
      if (before?.latest.at === at && before.latest.version === version) next[key] = before;
      else {
        isChanged = true;
        const latest = { score, at, version };
        const stood = before && (before.latest.at < dayStart(at) ? before.latest : before.before);
        next[key] = stood === undefined ? { latest } : { latest, before: stood };
      }
    }
  }
  return isChanged || Object.keys(next).length !== Object.keys(known).length ? next : known;
}

/** What stood when the local day began; absent where nothing was said by then. */
export function yesterdaysWord(known: Words, line: string, activity: string, startOfDay: number): Word | undefined {
  const found = known[wordKey(line, activity)];
  return [found?.latest, found?.before].find((one) => one !== undefined && one.at < startOfDay);
}

function wordKey(line: string, activity: string): string {
  return JSON.stringify([line, activity]);
}
