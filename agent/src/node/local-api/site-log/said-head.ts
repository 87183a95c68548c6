import { z } from 'zod';

const text = z.string().min(1).max(256);

/** What everything that is said for the log of the site has: of what, by whom, seen when. */
export const saidHead = {
  activity: text,
  /** The same reference again answers the entry it made first. */
  ref: text.optional(),
  /** When it was seen, ms; now when left out. */
  at: z.number().int().optional(),
  actor: z.string().min(1).max(128).default('local-api'),
};

/** Without what was left out: the agent tells "nothing was said" from "nothing". */
export function given<T extends object>(values: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
