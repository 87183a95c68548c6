import { z } from '@hono/zod-openapi';

/** Values of parameters by name; what they may be, the pipeline knows. */
export const parameterValues = z
  .record(z.string().max(64), z.union([z.string().max(4000), z.number(), z.boolean()]))
  .default({});

export const gitCommit = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'expected the whole hash of a commit');
