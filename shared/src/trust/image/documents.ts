import { z } from 'zod';
import { tufKey } from '../signing/keys.ts';

const keyid = z.string().min(1).max(128);
const version = z.number().int().positive().max(Number.MAX_SAFE_INTEGER);
const length = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const hashes = z.record(z.string().max(32), z.string().regex(/^[0-9a-f]{1,256}$/));

/** `2026-01-31T00:00:00Z`, a date that exists, before the year 9999. */
export const tufDate = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'expected a date as 2026-01-31T00:00:00Z')
  .refine((text) => {
    const ms = Date.parse(text);
    return !Number.isNaN(ms) && new Date(ms).toISOString() === text.replace('Z', '.000Z') && !text.startsWith('9999');
  }, 'expected a date that exists, before the year 9999');

const common = {
  spec_version: z.string().regex(/^1\.\d{1,4}(?:\.\d{1,4})?$/, 'expected version 1 of the specification'),
  version,
  expires: tufDate,
};

const role = z.looseObject({
  keyids: z
    .array(keyid)
    .max(1024)
    .refine((ids) => new Set(ids).size === ids.length, 'expected each key once'),
  threshold: z.number().int().min(1).max(1024),
});

export const rootMetadata = z.looseObject({
  _type: z.literal('root'),
  ...common,
  consistent_snapshot: z.boolean().optional(),
  keys: z.record(keyid, tufKey),
  roles: z.object({ root: role, timestamp: role, snapshot: role, targets: role }),
  /** Set for keys made by the development flag; shown wherever the fleet is shown. */
  'x-plumbline-development': z.boolean().optional(),
});

const metaFile = z.looseObject({ version, length: length.optional(), hashes: hashes.optional() });

export const timestampMetadata = z.looseObject({
  _type: z.literal('timestamp'),
  ...common,
  meta: z.looseObject({ 'snapshot.json': metaFile }),
  /** When it was signed: the time that devices may rely on. */
  'x-plumbline-issued': tufDate.optional(),
});

export const snapshotMetadata = z.looseObject({
  _type: z.literal('snapshot'),
  ...common,
  meta: z.record(z.string(), metaFile),
});

const target = z.looseObject({ length, hashes, custom: z.record(z.string(), z.unknown()).optional() });

/** A delegated role that took one of these names would be read as what it is not. */
const TOP_LEVEL: readonly string[] = ['root', 'timestamp', 'snapshot', 'targets'];

const delegatedRole = z.looseObject({
  ...role.shape,
  name: z
    .string()
    .min(1)
    .max(512)
    .refine((name) => !TOP_LEVEL.includes(name), 'expected no name of a top-level role'),
  terminating: z.boolean(),
  paths: z.array(z.string().max(1024)).optional(),
  path_hash_prefixes: z.array(z.string().max(64)).optional(),
  /** Which of its keys stand for the builder, and which for the approver: our verifier wants one of each. */
  'x-plumbline': z.object({ builders: z.array(keyid), approvers: z.array(keyid) }).optional(),
});

export const targetsMetadata = z.looseObject({
  _type: z.literal('targets'),
  ...common,
  targets: z.record(z.string(), target),
  delegations: z
    .looseObject({
      keys: z.record(keyid, tufKey),
      roles: z
        .array(delegatedRole)
        .max(1024)
        .refine((roles) => new Set(roles.map(({ name }) => name)).size === roles.length, 'expected each role once'),
    })
    .optional(),
});

export type RootMetadata = z.infer<typeof rootMetadata>;
export type TimestampMetadata = z.infer<typeof timestampMetadata>;
export type SnapshotMetadata = z.infer<typeof snapshotMetadata>;
export type TargetsMetadata = z.infer<typeof targetsMetadata>;
export type DelegatedRole = z.infer<typeof delegatedRole>;
export type MetaFile = z.infer<typeof metaFile>;
export type TargetFile = z.infer<typeof target>;
