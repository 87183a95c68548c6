import { z } from 'zod';

/**
 * Where the value of a feature comes from: a column of the record, or a published derivation (`id@version`). Derivations
 * that compare work of one kind are told the column `of` the kind; `trade` without.
 */
export const featureSource = z.union([
  z.strictObject({ column: z.string().min(1).max(128) }),
  z.strictObject({
    derived: z.string().regex(/^[a-z][a-z0-9-]*@\d+$/),
    of: z.string().min(1).max(128).optional(),
  }),
]);

/**
 * One feature as the graph sees it. `number` is placed as a number, a missing one as NaN;
 * `category` is placed as its string, a missing one as the empty string. What either becomes is the graph's business.
 */
export const feature = z.strictObject({
  name: z.string().min(1).max(128),
  type: z.enum(['number', 'category']),
  unit: z.string().max(32).optional(),
  /** Support seen in training, inclusive; a value outside is predicted on and counted as out of range. */
  range: z.tuple([z.number(), z.number()]).optional(),
  categories: z.array(z.string().max(256)).max(4096).optional(),
  missing: z.enum(['accept', 'refuse']),
  private: z.boolean().optional(),
  /** Follows the calendar: a window of one season differs from whole years without anything having changed. */
  seasonal: z.boolean().optional(),
  from: featureSource,
});

export type Feature = z.infer<typeof feature>;
export type FeatureSource = z.infer<typeof featureSource>;
export type DerivedSource = Extract<FeatureSource, { derived: string }>;
export type FeatureValue = number | string | null;
