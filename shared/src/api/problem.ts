import { z } from 'zod';

/** RFC 9457 problem details, with the code and the field of the coded error behind it. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  field: z.string().optional(),
  expected: z.string().optional(),
});

export type Problem = z.infer<typeof problem>;
