import { z } from 'zod';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits (SHA-256)');
const counter = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
export const name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/, 'expected 1–64 of a–z, 0–9, dot, dash');

/** `models/<line>/<counter>/<variant>.plb` */
export const targetPath = z
  .string()
  .regex(/^models\/[a-z0-9][a-z0-9._-]{0,63}\/\d{1,16}\/[a-z0-9][a-z0-9._-]{0,63}\.plb$/);

export const payload = z.strictObject({
  codec: z.enum(['none', 'deflate', 'brotli']),
  /** Bytes that travel, and their hash; the target's own length and hash are of the decoded archive. */
  length: z.number().int().positive(),
  sha256: hash,
});

const minuteOfDay = z.number().int().min(0).max(1439);

/** Thresholds and intervals the device decides by; clamped to the bounds of its profile. */
export const deviceSettings = z.strictObject({
  reportIntervalMs: z.number().int().positive().optional(),
  windowMs: z.number().int().positive().optional(),
  shadowRecords: z.number().int().nonnegative().optional(),
  shadowTimeoutMs: z.number().int().nonnegative().optional(),
  /** Least share of records on which candidate and model in force must agree, in thousandths. */
  shadowAgreementPermille: z.number().int().min(0).max(1000).optional(),
  /** Largest change of the mean score, in thousandths. */
  shadowShiftPermille: z.number().int().min(0).max(1000).optional(),
  /** Largest time per record, and largest memory, in percent of what the model in force needs on this device. */
  shadowLatencyPercent: z.number().int().positive().optional(),
  shadowMemoryPercent: z.number().int().positive().optional(),
  proveRecords: z.number().int().nonnegative().optional(),
  proveTimeoutMs: z.number().int().nonnegative().optional(),
  trialTimeoutMs: z.number().int().positive().optional(),
  /** Real inputs kept on the device, so that a quiet site can compare models too. */
  recentRecords: z.number().int().nonnegative().optional(),
  /** 0: errors are not watched on the device itself. */
  driftLocal: z.number().int().min(0).max(1).optional(),
  /** Bytes of hard examples in a calendar month, UTC, as JSON; 0: none are kept. */
  exampleBytesPerMonth: z.number().int().nonnegative().optional(),
  /** A score this near to its threshold is an uncertain one, in thousandths. */
  exampleUncertainPermille: z.number().int().min(0).max(1000).optional(),
  /** Minutes of the day, UTC, between which installs may fetch and activate; from > until passes midnight. */
  installFromMinute: minuteOfDay.optional(),
  installUntilMinute: minuteOfDay.optional(),
  /** On battery, installs wait below this charge. */
  minBatteryPercent: z.number().int().min(0).max(100).optional(),
  outboxBytes: z.number().int().positive().optional(),
  /** Rows that may be dropped are, at this age. */
  rowTtlMs: z.number().int().positive().optional(),
  /** Bytes up and down in a calendar month, UTC. */
  linkMonthlyBytes: z.number().int().positive().optional(),
  linkKbps: z.number().int().positive().optional(),
  /** Minutes of the day, UTC, between which nothing but reports, entries and their acknowledgements travels. */
  linkQuietFromMinute: minuteOfDay.optional(),
  linkQuietUntilMinute: minuteOfDay.optional(),
  /** A number higher than any answered before asks for one diagnostics bundle. */
  diagnosticsRequest: z.number().int().nonnegative().optional(),
  diagnosticsBytes: z.number().int().positive().optional(),
  /** 1: this device leaves the fleet; it hands over what it holds, then wipes itself. 0 or absent: it stays. */
  retire: z.number().int().min(0).max(1).optional(),
});

export const assignedModel = z.strictObject({
  model: name,
  path: targetPath,
  length: z.number().int().positive(),
  sha256: hash,
  releaseCounter: counter,
  payload,
  /** Rises when a person asks for bytes again that this device refused or went back from. */
  attempt: z.number().int().positive().max(1_000_000).optional(),
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

export type AssignmentDocument = z.infer<typeof assignmentDocument>;
export type AssignedModel = z.infer<typeof assignedModel>;
export type DeviceSettings = z.infer<typeof deviceSettings>;
export type Payload = z.infer<typeof payload>;
