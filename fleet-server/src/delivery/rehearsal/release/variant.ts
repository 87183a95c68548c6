import { z } from 'zod';

/** What a rehearsal has to know of one encoding of a release: whom it fits, and how long it takes to travel. */
export const releaseVariant = z.strictObject({
  variant: z.string(),
  needs: z.strictObject({
    opsets: z.record(z.string(), z.number().int().positive()),
    operators: z.array(z.string()),
    memoryMb: z.number().positive().optional(),
  }),
  profiles: z.array(z.string()),
  payloadBytes: z.number().int().positive(),
});

export type ReleaseVariant = z.infer<typeof releaseVariant>;

/** A candidate and the version it would take the place of. */
export interface ReleasePair {
  line: string;
  candidate: { version: string; variants: ReleaseVariant[] };
  predecessor: { version: string; variants: ReleaseVariant[] };
}

/** Where no release is at hand: one encoding that fits everything. */
export function anyVariant(payloadBytes: number): ReleaseVariant {
  return {
    variant: 'plain',
    needs: { opsets: { 'ai.onnx': 17 }, operators: ['ai.onnx:Gemm'] },
    profiles: [],
    payloadBytes,
  };
}
