import { z } from 'zod';
import type { EntryInput } from '../../sources/entries.ts';

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

type SaidHead = z.infer<z.ZodObject<typeof saidHead>> & { base?: string | null | undefined };

/** As the agent takes it, to whom what was left out is not there. */
export function headOf({ activity, actor, ref, at, base }: SaidHead): Omit<EntryInput, 'field' | 'value' | 'photo'> {
  return {
    activity,
    actor,
    ...(ref !== undefined && { ref }),
    ...(at !== undefined && { at }),
    ...(base !== undefined && { base }),
  };
}
