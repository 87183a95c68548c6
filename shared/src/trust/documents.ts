import { z } from 'zod';
import { publicKey } from './keys.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits (SHA-256)');
/** A date that does not exist parses to NaN, and would never be past. */
const date = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'expected a date as 2026-01-31T00:00:00Z')
  .refine(isOnCalendar, 'expected a date that exists');
const counter = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
export const name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/, 'expected 1–64 of a–z, 0–9, dot, dash');

/** Which keys may speak for which role. Pinned by hash when a device is enrolled. */
export const rootDocument = z.strictObject({
  _type: z.literal('root'),
  version: counter,
  expires: date,
  keys: z.record(hash, publicKey),
  roles: z.strictObject({
    root: z.strictObject({ keyids: z.array(hash).min(1), threshold: z.number().int().min(1) }),
    director: z.strictObject({ keyids: z.array(hash).min(1), threshold: z.number().int().min(1) }),
    builder: z.strictObject({ keyids: z.array(hash).min(1), threshold: z.number().int().min(1) }),
    approver: z.strictObject({ keyids: z.array(hash).min(1), threshold: z.number().int().min(1) }),
  }),
  /** Set for keys made by a development flag; shown wherever the fleet is shown. */
  development: z.boolean().optional(),
});

/** `models/<line>/<counter>/<variant>.plb` */
export const targetPath = z.string().regex(/^models\/[a-z0-9._-]+\/\d+\/[a-z0-9._-]+\.plb$/);

/** What is a release of one line: signed by a builder and an approver, in the form of a TUF delegated role. */
export const lineDocument = z.strictObject({
  _type: z.literal('targets'),
  spec_version: z.string(),
  line: name,
  version: counter,
  expires: date,
  targets: z.record(
    targetPath,
    z.strictObject({
      length: z.number().int().positive(),
      hashes: z.strictObject({ sha256: hash }),
      custom: z.strictObject({
        counter,
        version: z.string(),
        variant: name,
        /** Profiles this variant may run on; empty means every profile that fits. */
        profiles: z.array(name),
      }),
    }),
  ),
});

export const payload = z.strictObject({
  codec: z.enum(['none', 'deflate', 'brotli']),
  /** Bytes that travel, and their hash; the target's own length and hash are of the decoded archive. */
  length: z.number().int().positive(),
  sha256: hash,
});

/** Thresholds and intervals the device decides by; clamped to the bounds of its profile. */
export const deviceSettings = z.strictObject({
  reportIntervalMs: z.number().int().positive().optional(),
  windowMs: z.number().int().positive().optional(),
  shadowRecords: z.number().int().nonnegative().optional(),
  proveRecords: z.number().int().nonnegative().optional(),
  proveTimeoutMs: z.number().int().nonnegative().optional(),
  trialTimeoutMs: z.number().int().positive().optional(),
  outboxBytes: z.number().int().positive().optional(),
});

export const assignedModel = z.strictObject({
  model: name,
  path: targetPath,
  length: z.number().int().positive(),
  sha256: hash,
  releaseCounter: counter,
  payload,
});

/** The signed desired state of one device. */
export const assignmentDocument = z.strictObject({
  type: z.literal('assignment'),
  v: z.literal(1),
  site: name,
  device: name,
  seq: counter,
  issued: z.number().int(),
  expires: z.number().int(),
  nonce: z.string().min(8).max(64),
  models: z
    .array(assignedModel)
    .max(16)
    .refine((models) => new Set(models.map((one) => one.model)).size === models.length, 'expected each line once'),
  settings: deviceSettings,
  /** Lowest release counter a device may run, per line. */
  floors: z.record(name, counter),
  timeFloor: z.number().int(),
});

export type RootDocument = z.infer<typeof rootDocument>;
export type LineDocument = z.infer<typeof lineDocument>;
export type AssignmentDocument = z.infer<typeof assignmentDocument>;
export type AssignedModel = z.infer<typeof assignedModel>;
export type DeviceSettings = z.infer<typeof deviceSettings>;
export type Payload = z.infer<typeof payload>;

function isOnCalendar(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text.replace('Z', '.000Z');
}
