import { z } from 'zod';
import type { LabTensor } from '../../ports/index.ts';
import { elementCount, holdsDtype } from './dtypes.ts';

const labTensor: z.ZodType<LabTensor> = z
  .strictObject({
    name: z.string(),
    dtype: z.string(),
    dims: z.array(z.int().nonnegative()),
    data: z.custom<LabTensor['data']>((data) => Array.isArray(data) || ArrayBuffer.isView(data)),
  })
  .refine(({ dtype, dims, data }) => holdsDtype(dtype, data) && data.length === elementCount(dims));

const microseconds = z.array(z.number().nonnegative());

/** What the child may answer; it ran a model nobody trusts, so its words pass a schema. */
export const labReply = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('loaded'), loadMs: z.number().nonnegative() }),
  z.strictObject({
    type: z.literal('ran'),
    outputs: z.array(z.array(labTensor)).min(1),
    runMs: z.number().nonnegative(),
  }),
  /** `keptMb`: what the process holds when the model is gone, beyond what it held before any. */
  z.strictObject({ type: z.literal('ended'), peakMb: z.number().nonnegative(), keptMb: z.number().nonnegative() }),
  z.strictObject({ type: z.literal('raced'), contenderUs: microseconds, baselineUs: microseconds }),
]);

export type LabReply = z.infer<typeof labReply>;
