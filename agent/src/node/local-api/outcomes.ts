import { problemOf } from '@plumbline/shared/api';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { Agent } from '../../index.ts';
import { readBody } from './read-body.ts';

const MAX_OUTCOMES = 1000;
const text = z.string().min(1).max(256);

export const outcomeBody = z.strictObject({
  activity: text,
  /** 1 = late, 0 = in time. */
  label: z.union([z.literal(0), z.literal(1)], 'expected 0 (in time) or 1 (late)'),
  /** Actual minus planned finish, negative when early: what a model that answers days is judged by. */
  delayDays: z.number().min(-36_600).max(36_600).optional(),
  /** The same reference again answers the entry it made first. */
  ref: text.optional(),
  at: z.number().int().optional(),
  actor: z.string().min(1).max(128).default('local-api'),
});

export const outcomesBody = z.strictObject({ outcomes: z.array(outcomeBody).min(1).max(MAX_OUTCOMES) });

/** Told apart before they are read, so that a problem names the field it is about. */
const body = z.unknown().transform((value, context): z.infer<typeof outcomesBody> & { isList: boolean } => {
  const isList = typeof value === 'object' && value !== null && 'outcomes' in value;
  const parsed = isList ? outcomesBody.safeParse(value) : outcomeBody.safeParse(value);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  }
  return { isList, outcomes: 'outcomes' in parsed.data ? parsed.data.outcomes : [parsed.data] };
});

/**
 * `POST /v1/outcomes`: what happened. One → 200 with `{entry}`, once it survives a power cut; `{outcomes: […]}` → 200
 * with `{results}`, for each its `entry` or its `problem`. With a `ref` it can be sent again.
 */
export function addOutcomes(app: Hono, { agent }: { agent: Agent }): void {
  const record = ({ activity, label, delayDays, actor, at, ref }: z.infer<typeof outcomeBody>) =>
    agent.recordEntry({
      field: 'outcome',
      activity,
      actor,
      value: { label, ...(delayDays !== undefined && { delayDays }) },
      ...(at !== undefined && { at }),
      ...(ref !== undefined && { ref }),
    });
  app.post('/v1/outcomes', async (context) => {
    const { isList, outcomes } = await readBody(context, body);
    const [only] = outcomes;
    if (!isList && only !== undefined) return context.json({ entry: await record(only) });
    const results = [];
    // One after the other: a correction names the entry it replaces.
    for (const one of outcomes) {
      results.push(
        await record(one).then(
          (entry) => ({ entry }),
          (error: unknown) => ({ problem: problemOf(error) }),
        ),
      );
    }
    return context.json({ results });
  });
}
