import { z } from 'zod';
import { feature } from './feature.ts';

const modelName = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/);
const semverText = z.string().regex(/^\d+\.\d+\.\d+$/);
export const dtype = z.enum(['float32', 'float64', 'int32', 'int64', 'bool', 'string']);

/** `dynamic`, or the fixed number of rows the graph insists on: the agent pads and cuts. */
const batch = z.union([z.literal('dynamic'), z.number().int().min(1).max(65_536)]);

/** A graph input of shape [batch, features.length] filled column by column from the record. */
export const columnsInput = z.strictObject({
  kind: z.literal('columns'),
  name: z.string().min(1),
  dtype,
  batch,
  features: z.array(feature).min(1).max(4096),
});

/** A graph input taken whole from one value of the record (a JSON array in row-major order). */
export const tensorInput = z.strictObject({
  kind: z.literal('tensor'),
  name: z.string().min(1),
  dtype,
  shape: z.array(z.number().int().positive()).max(8),
  column: z.string().min(1),
});

export const graphInput = z.discriminatedUnion('kind', [columnsInput, tensorInput]);

/**
 * How the outputs become a prediction. `classes` names the columns of `probabilities`;
 * `positive` is the class whose probability is the score (the risk). A regression has one `value` output: its score is
 * that value in `unit`, has no label, and no threshold applies to it.
 */
export const graphOutput = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('classes'),
      probabilities: z.string().min(1),
      classes: z.array(z.string()).min(2).max(4096),
      positive: z.string(),
      threshold: z.number().min(0).max(1).optional(),
    })
    // Otherwise every score would be 0.
    .refine((one) => one.classes.includes(one.positive), { path: ['positive'], error: 'expected one of the classes' }),
  z.strictObject({
    kind: z.literal('value'),
    value: z.string().min(1),
    unit: z.string().optional(),
    /** Share of outcomes meant to lie at or below the value; absent: the value aims at the middle. */
    quantile: z.number().gt(0).lt(1).optional(),
  }),
]);

/** Whether a part of the bundle is there; what is absent makes the gates that need it inconclusive. */
export const part = z.enum(['given', 'generated', 'absent']);

export const manifest = z.strictObject({
  kind: z.literal('model'),
  v: z.literal(1),
  line: modelName,
  version: semverText,
  variant: modelName,
  algorithm: z.string().max(64),
  target: z.string().max(256),
  inputs: z.array(graphInput).min(1).max(64),
  output: graphOutput,
  model: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), sizeBytes: z.number().int().positive() }),
  needs: z.strictObject({
    opsets: z.record(z.string(), z.number().int().positive()),
    /** As `domain:Operator`, sorted. */
    operators: z.array(z.string()),
    /** Derived features as `id@version`: a device whose agent lacks one is not offered the model. */
    derivations: z.array(z.string()),
    memoryMb: z.number().positive().optional(),
  }),
  parts: z.strictObject({ golden: part, reference: part, reasons: part }),
});

export type Manifest = z.infer<typeof manifest>;
export type GraphInput = z.infer<typeof graphInput>;
export type ColumnsInput = z.infer<typeof columnsInput>;
export type GraphOutput = z.infer<typeof graphOutput>;
export type Part = z.infer<typeof part>;
export type Dtype = z.infer<typeof dtype>;

/** All features in the order of the inputs. */
export function featuresOf(of: Pick<Manifest, 'inputs'>) {
  return of.inputs.flatMap((input) => (input.kind === 'columns' ? input.features : []));
}

/** Derivations the inputs draw on, sorted. */
export function derivationsOf(of: Pick<Manifest, 'inputs'>): string[] {
  const ids = featuresOf(of).flatMap((one) => ('derived' in one.from ? [one.from.derived] : []));
  return [...new Set(ids)].toSorted();
}
