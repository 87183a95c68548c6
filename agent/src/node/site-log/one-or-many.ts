import { problemOf, type Problem } from '@plumbline/shared/api';
import type { SiteLogEntry } from '@plumbline/shared/activity';
import { z } from 'zod';

/** What a body says: one by itself, or a list of them. */
export interface Said<T> {
  isList: boolean;
  all: T[];
}

/**
 * Takes one by itself, or `{NAME: […]}`. They are told apart before they are read, so that a problem names the field it is
 * about.
 */
export function oneOrMany<T>(
  name: string,
  one: z.ZodType<T>,
  list: z.ZodType<Record<string, T[]>>,
): z.ZodType<Said<T>> {
  return z.unknown().transform((value, context): Said<T> => {
    const isList = typeof value === 'object' && value !== null && name in value;
    const parsed = isList
      ? list.safeParse(value)
      : z.strictObject({ [name]: z.array(one) }).safeParse({ [name]: [value] });
    if (parsed.success) return { isList, all: parsed.data[name] ?? [] };
    for (const { path, message } of parsed.error.issues) {
      context.addIssue({ code: 'custom', path: isList ? path : path.slice(2), message });
    }
    return z.NEVER;
  });
}

/** One → `{entry}`, or its refusal thrown; a list → `{results}`, for each its `entry` or its `problem`. */
export async function recordSaid<T>(
  { isList, all }: Said<T>,
  record: (one: T) => Promise<SiteLogEntry>,
): Promise<{ entry: SiteLogEntry } | { results: ({ entry: SiteLogEntry } | { problem: Problem })[] }> {
  const [only] = all;
  if (!isList && only !== undefined) return { entry: await record(only) };
  const results = [];
  // One after the other: a correction names the entry it replaces.
  for (const one of all) {
    results.push(
      await record(one).then(
        (entry) => ({ entry }),
        (error: unknown) => ({ problem: problemOf(error) }),
      ),
    );
  }
  return { results };
}
