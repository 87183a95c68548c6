import { z } from '@hono/zod-openapi';
import { fromBase64 } from '@plumbline/shared/trust';

const figures = z.record(z.string().max(64), z.number().nullable());
const numbers = z.array(z.number()).max(1000);

/** A run that ended in another process, with its files as base64. */
export const recordedRun = z
  .strictObject({
    experiment: z.string(),
    kind: z.enum(['train', 'import', 'retrain']),
    dataset: z.strictObject({ name: z.string().max(256), version: z.string().max(128) }).optional(),
    settings: z.record(z.string(), z.unknown()).default({}),
    seed: z.number().int().nonnegative().optional(),
    tags: z.record(z.string(), z.string()).default({}),
    parent: z.string().max(64).optional(),
    startedAt: z.number().int().nonnegative().optional(),
    endedAt: z.number().int().nonnegative().optional(),
    codeVersion: z.string().max(256).optional(),
    metrics: z.strictObject({
      values: figures,
      folds: z
        .strictObject({
          key: z.string().max(128),
          rowsTrain: numbers,
          rowsValid: numbers,
          values: z.record(z.string().max(64), z.array(z.number().nullable()).max(1000)),
        })
        .optional(),
      holdout: figures.optional(),
      gate: z
        .strictObject({
          verdict: z.enum(['pass', 'refuse']),
          reasons: z.array(z.object({ code: z.string(), sentence: z.string() })),
        })
        .optional(),
    }),
    result: z.strictObject({ line: z.string().max(128), version: z.string().max(64) }).optional(),
    artifacts: z
      .array(
        z.strictObject({
          name: z.string(),
          mediaType: z.string().max(128),
          bytes: z.base64().transform((text) => fromBase64(text)),
        }),
      )
      .max(64)
      .default([]),
  })
  .refine(({ startedAt, endedAt }) => endedAt === undefined || (startedAt !== undefined && startedAt <= endedAt), {
    path: ['endedAt'],
    message: 'expected no time before `startedAt`',
  })
  .transform(({ dataset, seed, parent, startedAt, endedAt, codeVersion, result, metrics, ...rest }) => ({
    ...rest,
    // Members that were left out are left out, not undefined.
    ...(dataset === undefined ? {} : { dataset }),
    ...(seed === undefined ? {} : { seed }),
    ...(parent === undefined ? {} : { parent }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(codeVersion === undefined ? {} : { codeVersion }),
    ...(result === undefined ? {} : { result }),
    metrics: {
      values: metrics.values,
      ...(metrics.folds === undefined ? {} : { folds: metrics.folds }),
      ...(metrics.holdout === undefined ? {} : { holdout: metrics.holdout }),
      ...(metrics.gate === undefined ? {} : { gate: metrics.gate }),
    },
  }));
