import type { Hono } from 'hono';
import { z } from 'zod';
import type { Agent } from '../../index.ts';
import { readBody } from './read-body.ts';

const text = z.string().min(1).max(256);

const body = z.strictObject({
  activity: text,
  /** 1 = late, 0 = in time. */
  label: z.union([z.literal(0), z.literal(1)], 'expected 0 (in time) or 1 (late)'),
  ref: text.optional(),
  at: z.number().int().optional(),
  actor: z.string().min(1).max(128).default('local-api'),
});

/** `POST /v1/outcomes`: what happened. 200 with the entry, once it survives a power cut. */
export function addOutcomes(app: Hono, { agent }: { agent: Agent }): void {
  app.post('/v1/outcomes', async (context) => {
    const { activity, label, ref, at, actor } = await readBody(context, body);
    const entry = await agent.recordOutcome({
      activity,
      label,
      actor,
      ...(at !== undefined && { at }),
      ...(ref !== undefined && { ref }),
    });
    return context.json({ entry });
  });
}
