import { z } from 'zod';

/** What every trial process may say besides its answers. It ran a model nobody trusts, so its words pass a schema. */
export const hostReply = z.discriminatedUnion('type', [
  /** `dataMb`: what Node and the runtime have allocated before any model, in 2^20 bytes. */
  z.strictObject({ type: z.literal('ready'), dataMb: z.number().positive() }),
  z.strictObject({ type: z.literal('failed'), detail: z.string() }),
]);

export type HostReply = z.infer<typeof hostReply>;
