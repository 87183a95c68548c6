import { z } from 'zod';
import { activityRecord } from './record.ts';

/** Rows with the outputs the builder saw: the self-test every device runs before it trusts a model. */
export const golden = z.strictObject({
  v: z.literal(1),
  /** Largest allowed absolute difference per score: runtimes differ in the last digits. */
  tolerance: z.number().positive(),
  rows: z.array(z.strictObject({ record: activityRecord, score: z.number(), label: z.string().optional() })).max(256),
});

export type Golden = z.infer<typeof golden>;
