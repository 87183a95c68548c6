import { z } from 'zod';
import { activityRecord, graphInput, graphOutput } from '@plumbline/shared/manifest';
import { name } from '@plumbline/shared/trust';
import { ModelError } from '../errors.ts';

/**
 * What a foreign ONNX file does not say of itself: the meaning of its inputs and outputs.
 * Written by hand as YAML beside the file; `plumbline models inspect` prints what the graph itself knows.
 */
export const modelMapping = z.strictObject({
  line: name,
  target: z.string().min(1).max(256),
  algorithm: z.string().min(1).max(64),
  inputs: z.array(graphInput).min(1),
  output: graphOutput,
  /** Records whose answers become golden rows; without them rows are generated, and say so. */
  golden: z.array(activityRecord).max(256).optional(),
  profiles: z.array(name).optional(),
});

export type ModelMapping = z.infer<typeof modelMapping>;

/** @throws ModelError `model_mapping_malformed`, naming the field. */
export function parseMapping(value: unknown): ModelMapping {
  const parsed = modelMapping.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'mapping';
  throw new ModelError('model_mapping_malformed', `mapping: ${field}: ${issue?.message}`, {
    field,
    expected: issue?.message ?? 'a mapping',
  });
}
