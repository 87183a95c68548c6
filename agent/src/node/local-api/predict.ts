import type { Hono } from 'hono';
import { z } from 'zod';
import type { Agent, Clock } from '../../index.ts';
import { inputRecord } from '../../sources/input-record.ts';
import { readBody, readQuery } from './read-body.ts';

const MAX_RECORDS = 10_000;

export const predictQuery = z.object({
  reasons: z.coerce.number().int('expected how many reasons a record').min(0).max(16).default(0),
  line: z.string().optional(),
});

export const predictBody = z.strictObject({ records: z.array(inputRecord).min(1).max(MAX_RECORDS) });

/** One record stands for a list of one. `asOf` is now when the caller says nothing. */
const body = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && 'records' in value ? value : { records: [value] }),
  predictBody,
);

/** `POST /v1/predict?reasons=3&line=NAME`: a record, or `{records: […]}` → `{predictions: […]}` in their order. */
export function addPredict(app: Hono, { agent, clock }: { agent: Agent; clock: Clock }): void {
  app.post('/v1/predict', async (context) => {
    const { reasons, line } = readQuery(context, predictQuery);
    const { records } = await readBody(context, body);
    const predictions = await agent.predict(
      records.map(({ activity, values, asOf }) => ({
        ...(activity !== undefined && { activity }),
        values,
        asOf: asOf ?? clock.now(),
      })),
      {
        reasons: reasons > 0,
        top: reasons,
        refs: records.map(({ ref }) => ref),
        ...(line !== undefined && { line }),
      },
    );
    return context.json({ predictions });
  });
}
