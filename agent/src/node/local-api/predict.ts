import { activityRecord } from '@plumbline/shared/manifest';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { Agent, Clock } from '../../index.ts';
import { readBody, readQuery } from './read-body.ts';

const MAX_RECORDS = 10_000;

const query = z.object({
  reasons: z.coerce.number().int('expected how many reasons a record').min(0).max(16).default(0),
  line: z.string().optional(),
});

/** One record stands for a list of one. `asOf` is now when the caller says nothing. */
const body = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && 'records' in value ? value : { records: [value] }),
  z.strictObject({
    records: z
      .array(activityRecord.extend({ asOf: z.number().int().optional() }))
      .min(1)
      .max(MAX_RECORDS),
  }),
);

/** `POST /v1/predict?reasons=3&line=NAME`: a record, or `{records: […]}` → `{predictions: […]}` in their order. */
export function addPredict(app: Hono, { agent, clock }: { agent: Agent; clock: Clock }): void {
  app.post('/v1/predict', async (context) => {
    const { reasons, line } = readQuery(context, query);
    const { records } = await readBody(context, body);
    const predictions = await agent.predict(
      records.map((record) => ({ ...record, asOf: record.asOf ?? clock.now() })),
      { reasons: reasons > 0, top: reasons, ...(line !== undefined && { line }) },
    );
    return context.json({ predictions });
  });
}
