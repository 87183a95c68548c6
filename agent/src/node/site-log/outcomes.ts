import type { Hono } from 'hono';
import { z } from 'zod';
import type { Agent } from '../../index.ts';
import { readBody } from '../local-api/read-body.ts';
import { oneOrMany, recordSaid } from './one-or-many.ts';
import { headOf, saidHead } from './said-head.ts';

const MAX_OUTCOMES = 1000;

export const outcomeBody = z.strictObject({
  ...saidHead,
  /** 1 = late, 0 = in time. */
  label: z.union([z.literal(0), z.literal(1)], 'expected 0 (in time) or 1 (late)'),
  /** Actual minus planned finish, negative when early: what a model that answers days is judged by. */
  delayDays: z.number().min(-36_600).max(36_600).optional(),
});

export const outcomesBody = z.strictObject({ outcomes: z.array(outcomeBody).min(1).max(MAX_OUTCOMES) });

const body = oneOrMany('outcomes', outcomeBody, outcomesBody);

/**
 * `POST /v1/outcomes`: what happened. One → 200 with `{entry}`, once it survives a power cut; `{outcomes: […]}` → 200
 * with `{results}`, for each its `entry` or its `problem`. With a `ref` it can be sent again.
 */
export function addOutcomes(app: Hono, { agent }: { agent: Agent }): void {
  app.post('/v1/outcomes', async (context) => {
    const said = await readBody(context, body);
    return context.json(
      await recordSaid(said, ({ label, delayDays, ...head }) =>
        agent.recordEntry({
          ...headOf(head),
          field: 'outcome',
          value: { label, ...(delayDays !== undefined && { delayDays }) },
        }),
      ),
    );
  });
}
