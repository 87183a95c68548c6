import { z } from 'zod';
import { siteLogEntry } from '../activity/site-log.ts';
import { driftWindow } from '../drift/window.ts';

/**
 * In which order streams travel: what people wrote first. Photos go last, being large, and are never dropped, as
 * people made them.
 */
export const PRIORITY = ['entries', 'reports', 'predictions', 'evidence', 'diagnostics', 'photos'] as const;
export const streamClass = z.enum(PRIORITY);
export type StreamClass = z.infer<typeof streamClass>;

const time = z.number().int();
const text = z.string().max(256);

export const reason = z.strictObject({
  feature: text,
  value: z.union([z.number(), z.string().max(4096), z.null()]),
  /**
   * What this value adds, compared with a typical one; positive raises the risk. With `scale: 'margin'` it is counted
   * before the link function (log-odds), else in the unit of the score.
   */
  contribution: z.number(),
  /** Effects of values together are not told apart, or the weights of a tree's branches are guessed. */
  approximate: z.boolean(),
  scale: z.literal('margin').optional(),
});

/** What a model said: which bytes said it, about what, as of when. */
export const predictionRow = z.strictObject({
  kind: z.literal('prediction'),
  at: time,
  ref: text.optional(),
  activity: text.optional(),
  line: text,
  version: text,
  sha256: text,
  asOf: time,
  /** A chance, or the value of a regression in `unit`; a value has no label. */
  score: z.number(),
  unit: text.optional(),
  label: text.optional(),
  reasons: z.array(reason).max(16).optional(),
  /** What it was asked: `inputDigest` of the values that were placed, so that it can be asked again. */
  inputs: z
    .string()
    .regex(/^[A-Za-z0-9+/]{22}$/, 'expected 16 bytes as base64 without padding')
    .optional(),
});

/** What a person recorded: an entry of the site log. */
export const entryRow = z.strictObject({
  kind: z.literal('entry'),
  at: time,
  ref: text.optional(),
  entry: siteLogEntry,
});

/** Drift evidence of one model over one period. */
export const windowRow = z.strictObject({
  kind: z.literal('window'),
  at: time,
  ref: text.optional(),
  window: driftWindow,
});

/** Something that happened to the agent itself. */
export const eventRow = z.strictObject({
  kind: z.literal('event'),
  at: time,
  ref: text.optional(),
  code: text,
  details: z.record(z.string().max(64), z.union([z.string().max(1024), z.number(), z.boolean(), z.null()])).optional(),
});

/** Stands in the place of rows that were dropped: an outage is declared, never hidden. */
export const gapRow = z.strictObject({
  kind: z.literal('gap'),
  at: time,
  ref: text.optional(),
  from: z.number().int().positive(),
  to: z.number().int().positive(),
  count: z.number().int().positive(),
  /** `store_full`: made while the disk took nothing, and lost when memory ran out of room for them too. */
  reason: z.enum(['over_budget', 'expired', 'quarantined', 'lost_to_restore', 'store_full']),
  firstAt: time,
  lastAt: time,
});

/** A piece of a diagnostics bundle that `settings.diagnosticsRequest` asked for: gzip of redacted JSON, base64. */
export const diagnosticsRow = z.strictObject({
  kind: z.literal('diagnostics'),
  at: time,
  ref: text.optional(),
  request: z.number().int().positive(),
  part: z.number().int().nonnegative(),
  parts: z.number().int().positive(),
  bytes: z.base64().max(65_536),
});

/** A piece of a photo that a note of the site log speaks of. */
export const photoRow = z.strictObject({
  kind: z.literal('photo'),
  at: time,
  /** SHA-256 of the whole photo. */
  ref: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits'),
  part: z.number().int().nonnegative(),
  parts: z.number().int().positive().max(64),
  bytes: z.base64().max(65_536),
});

/**
 * A record that would teach something: its named features, none of which is private. Few and within a budget of bytes;
 * whoever trains still needs its outcome.
 */
export const exampleRow = z.strictObject({
  kind: z.literal('example'),
  at: time,
  /** As any row may have it; the caller's own is on the row of the prediction, where it is counted once. */
  ref: text.optional(),
  line: text,
  version: text,
  sha256: text,
  asOf: time,
  activity: text.optional(),
  why: z.enum(['uncertain', 'disagrees', 'outside']),
  score: z.number(),
  /** What the other model of a shadow run said. */
  candidate: z.number().optional(),
  values: z.record(z.string().max(128), z.union([z.number(), z.string().max(4096), z.null()])),
});

export const row = z.discriminatedUnion('kind', [
  predictionRow,
  entryRow,
  windowRow,
  exampleRow,
  eventRow,
  gapRow,
  diagnosticsRow,
  photoRow,
]);

export type Reason = z.infer<typeof reason>;
export type PredictionRow = z.infer<typeof predictionRow>;
export type EntryRow = z.infer<typeof entryRow>;
export type WindowRow = z.infer<typeof windowRow>;
export type ExampleRow = z.infer<typeof exampleRow>;
export type EventRow = z.infer<typeof eventRow>;
export type GapRow = z.infer<typeof gapRow>;
export type DiagnosticsRow = z.infer<typeof diagnosticsRow>;
export type PhotoRow = z.infer<typeof photoRow>;
export type Row = z.infer<typeof row>;

/** The class a row travels in. */
export const CLASS_OF: Record<Row['kind'], StreamClass> = {
  entry: 'entries',
  event: 'reports',
  prediction: 'predictions',
  window: 'evidence',
  example: 'evidence',
  gap: 'diagnostics',
  diagnostics: 'diagnostics',
  photo: 'photos',
};
