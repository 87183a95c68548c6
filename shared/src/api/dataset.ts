import { z } from 'zod';
import { feature } from '../manifest/feature.ts';

const text = z.string().max(256);
const time = z.number().int();

/** One labelled row as a client hands it over; times are ms since epoch, UTC. */
const example = z.strictObject({
  ref: text.min(1),
  site: text,
  group: text,
  startAt: time,
  dueAt: time,
  knownAt: time,
  label: z.union([z.literal(0), z.literal(1)]),
  delayDays: z.number().exactOptional(),
  values: z.record(z.string().max(128), z.union([z.number(), z.string().max(65_536), z.null()])),
});

/** A dataset as a reader made it, rows included: what `plumbline datasets register` sends. */
export const datasetBody = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  version: z.string().regex(/^[0-9a-f]{64}$/),
  reader: text,
  sources: z.array(z.strictObject({ name: text, sha256: text, rows: z.number().int() })).max(10_000),
  features: z.array(feature).min(1).max(4096),
  target: z.string().max(2000),
  split: z.enum(['time', 'group', 'stratified']),
  examples: z.array(example).min(1).max(1_000_000),
  rejected: z.array(
    z.strictObject({ source: z.string(), line: z.number().int(), code: z.string(), message: z.string() }),
  ),
  counts: z.record(z.string(), z.number()),
  missingValues: z.record(z.string(), z.number()).exactOptional(),
  ignoredColumns: z.record(z.string(), z.string()).exactOptional(),
  readerVersion: z.number().int().nonnegative().exactOptional(),
  labelColumns: z.array(text).max(1024).exactOptional(),
  censoring: z
    .strictObject({
      openRows: z.number().int().nonnegative(),
      overdueRows: z.number().int().nonnegative(),
      overdue: z.enum(['late', 'left-out']),
      dataDate: time.exactOptional(),
    })
    .exactOptional(),
  findings: z
    .array(
      z.strictObject({
        code: text,
        severity: z.enum(['refuse', 'warn', 'note']),
        field: text,
        sentence: z.string().max(2000),
        rows: z.array(text).max(100).exactOptional(),
      }),
    )
    .max(10_000)
    .exactOptional(),
});

export type DatasetBody = z.infer<typeof datasetBody>;
