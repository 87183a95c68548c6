import type { Hono } from 'hono';
import { z } from 'zod';
import type { Agent, Clock } from '../../index.ts';
import { readBody } from './read-body.ts';

const HOUR_MS = 3_600_000;
const actor = z.string().min(1).max(128).default('local-api');

export const deferBody = z.union(
  [
    /** ms since the epoch; 0 takes it back. */
    z.strictObject({ untilMs: z.number().int().nonnegative(), actor }),
    /** From now on; 0 takes it back. */
    z.strictObject({ hours: z.number().nonnegative(), actor }),
  ],
  'expected untilMs (ms since the epoch) or hours, and who says so as actor',
);

/** `POST /v1/defer`: no install begins or takes over before then; predictions go on → `{deferral}`, null for none. */
export function addDefer(app: Hono, { agent, clock }: { agent: Agent; clock: Clock }): void {
  app.post('/v1/defer', async (context) => {
    const asked = await readBody(context, deferBody);
    const until = 'untilMs' in asked ? asked.untilMs : hoursFrom(clock.now(), asked.hours);
    return context.json({ deferral: (await agent.defer(until, asked.actor)) ?? null });
  });
}

function hoursFrom(now: number, hours: number): number {
  return hours === 0 ? 0 : Math.round(now + hours * HOUR_MS);
}
