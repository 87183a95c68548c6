import { sleep } from '@plumbline/shared/ports';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { Agent } from '../../index.ts';
import type { DrivenClock } from '../platform/driven-clock.ts';
import { readBody } from './read-body.ts';

const POLL_MS = 20;
const MAX_WAIT_MS = 600_000;

const clockBody = z.strictObject({
  /** ms since the epoch, or ISO 8601. */
  now: z.union(
    [z.number().int(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))],
    'expected ms since the epoch, or a time such as 2026-03-01T06:00:00Z',
  ),
});
const flushBody = z.strictObject({ timeoutMs: z.number().int().min(0).max(MAX_WAIT_MS).default(30_000) });

/**
 * Two more routes for a replay, where the clock is driven:
 * `POST /v1/clock {now}` sets it and does all work that is due → `{now, predictions}`;
 * `POST /v1/flush {timeoutMs?}` closes the windows and waits for the server to have everything → `{windows, waiting, empty}`.
 */
export function addReplay(app: Hono, { agent, driven }: { agent: Agent; driven: DrivenClock }): void {
  app.post('/v1/clock', async (context) => {
    const { now } = await readBody(context, clockBody);
    driven.set(now);
    return context.json({ now, predictions: await agent.tick() });
  });

  app.post('/v1/flush', async (context) => {
    const { timeoutMs } = await readBody(context, flushBody);
    const windows = await agent.closeWindows();
    await agent.flush();
    const until = performance.now() + timeoutMs;
    while (totalWaiting(agent) > 0 && performance.now() < until) await sleep(driven, POLL_MS, context.req.raw.signal);
    const waiting = waitingOf(agent);
    return context.json({ windows, waiting, empty: totalWaiting(agent) === 0 });
  });
}

function waitingOf(agent: Agent): Record<string, number> {
  return Object.fromEntries(Object.entries(agent.state().outbox).map(([name, { waiting }]) => [name, waiting]));
}

function totalWaiting(agent: Agent): number {
  return Object.values(waitingOf(agent)).reduce((sum, waiting) => sum + waiting, 0);
}
