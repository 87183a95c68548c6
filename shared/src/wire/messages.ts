import { z } from 'zod';
import { siteLogEntry } from '../activity/site-log.ts';
import { deviceSettings } from '../trust/assignment/documents.ts';
import { proof, refusalReason, updateState } from '../update/index.ts';
import { decodeFrame, type Inflater } from './frame.ts';
import { streamClass } from './rows.ts';
import { WireError } from './errors.ts';

const bytes = z.instanceof(Uint8Array);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();
const nonce = z.string().min(8).max(64);

/** up/tel: rows of one stream, in order of `seq`. A row is validated on its own, so that one bad row costs one row. */
export const telemetryBatch = z.strictObject({
  /** Made when the store was created: a wiped device starts a new stream instead of reusing numbers. */
  stream: z.string().min(8).max(64),
  class: streamClass,
  rows: z
    .array(z.tuple([z.number().int().positive(), z.unknown()]))
    .min(1)
    .max(5000),
});

/** dn/ack: everything up to and including `upTo` is committed; the rejected are counted and need not be sent again. */
export const telemetryAck = z.strictObject({
  stream: z.string(),
  upTo: count,
  rejected: z.array(z.strictObject({ seq: z.number().int(), code: z.string() })),
});

/**
 * What the shadow run measured of a candidate against the model in force, on the same real records of this device.
 * `agreement` is the share of records with the same label (of a regression: the same value within 5 % of the spread);
 * shifts are changes of the score; ratios are candidate / model in force, absent where one of them could not be measured.
 */
export const shadowReport = z.strictObject({
  records: count,
  agreement: z.number().min(0).max(1),
  meanShift: z.number(),
  maxShift: z.number().nonnegative(),
  latencyRatio: z.number().nonnegative().optional(),
  memoryRatio: z.number().nonnegative().optional(),
});

/**
 * What an archive did in service on this device: counts of records since it was first asked, and how long answers took.
 * `p95Micros` is over calls, the time of a call divided by its records, µs; absent before the first answer. Numbers stay
 * with an archive across restarts and end when another one answers; one that comes back begins anew.
 */
export const servedReport = z.strictObject({
  sha256: hash,
  since: z.number().int(),
  /** Records that were answered. */
  predictions: count,
  /** Records that got no answer by the fault of the model. */
  errors: count,
  p95Micros: count.optional(),
  /** What the whole agent took of memory when it was last looked at while this archive answered, MB. */
  memoryMb: count.optional(),
});

export const modelReport = z.strictObject({
  model: z.string(),
  state: updateState,
  slot: z.enum(['A', 'B']).optional(),
  /** What really runs, by hash of the archive; absent while nothing does. */
  running: z.strictObject({ sha256: hash, version: z.string(), counter: count }).optional(),
  /** What the device is working towards. */
  target: z.strictObject({ sha256: hash, counter: count, assignmentSeq: count }).optional(),
  proof: proof.optional(),
  reason: refusalReason.optional(),
  detail: z.string().max(1024).optional(),
  /** Of the target; absent for a first install, which has nothing to be compared with. */
  shadow: shadowReport.optional(),
  /** Of `running`; absent until it has been asked. */
  served: servedReport.optional(),
  /** Of the archive that answered before it on this device. */
  servedBefore: servedReport.optional(),
  /** A deferred install is tried again then, ms. */
  deferredUntil: z.number().int().optional(),
});

/** The newest document of each role this device believes, by version; 0 where it holds none yet. */
export const trustReport = z.strictObject({
  root: count,
  timestamp: count,
  snapshot: count,
  targets: count,
  /** A document it needs for installs is expired: installs wait, predictions do not. */
  stale: z.boolean(),
});

/** up/report: the device's truth about itself, sent whole on every connect and after every change. */
export const deviceReport = z.strictObject({
  v: z.literal(1),
  agent: z.string().max(64),
  profile: z.string().max(64),
  /** Same as in birth and death of this connection; with `counter` it makes an old report recognisable. */
  nonce,
  counter: count,
  at: z.number().int(),
  assignmentSeq: count,
  models: z.array(modelReport).max(16),
  outbox: z.record(z.string(), z.strictObject({ waiting: count, lastSeq: count })),
  settings: deviceSettings.optional(),
  /** It was ordered to leave: `draining` while it hands over, `wiped` when all was acknowledged and it deletes the rest. */
  retired: z.enum(['draining', 'wiped']).optional(),
  trust: trustReport,
  /** Bytes of the link in the calendar month, UTC, that this device believes it is in. */
  link: z
    .strictObject({ monthFrom: z.number().int(), upBytes: count, downBytes: count, limitBytes: count.optional() })
    .optional(),
});

/** A payload, a metadata document or `trust/fleet.json` by hash; a root by number, because nobody knows its hash yet. */
const blockRef = z.union([z.strictObject({ sha256: hash }), z.strictObject({ root: z.number().int().positive() })]);
export const MAX_BLOCK_BYTES = 65_536;

/** up/req: a piece of what a device is told of, or wants to know of. */
export const blockRequest = z.strictObject({
  ref: blockRef,
  offset: count,
  length: z.number().int().min(1).max(MAX_BLOCK_BYTES),
});

/** Why there is no block: nobody here knows this hash; for a root, that the newest one is known already. */
export const NO_SUCH_BLOCK = 'block_unknown';

/**
 * dn/blk: the piece, or why there is none. Fewer bytes than were asked for are the end of a document: who asks for one
 * knows a bound, not a length.
 */
export const block = z.union([
  z.strictObject({ ref: blockRef, offset: count, bytes }),
  z.strictObject({ ref: blockRef, offset: count, error: z.string() }),
]);

/**
 * up/status: retained birth; the will says death with the same nonce. `session` rises with every connect of a device
 * and is stored before it: a number that comes again, or goes back, says that two devices hold one key.
 */
export const deviceStatus = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('birth'), nonce, at: z.number().int(), session: count }),
  z.strictObject({ status: z.literal('death'), nonce, at: z.number().int() }),
]);

/** dn/desired, retained: the signed assignment and the newest timestamp metadata, as exact bytes. */
export const desired = z.strictObject({ assignment: bytes, timestamp: bytes });

/** What the office knows of a site. */
export const siteAbout = z.strictObject({
  /** IANA name of its time zone. */
  zone: z.string().max(64),
  /** Where its gateway answers the other devices: an https origin. It saves bytes; nothing it gives is believed unsigned. */
  gateway: z.string().max(256).optional(),
});

/** up/site asks for the site log after `cursor`; dn/site answers with a page. */
export const siteRequest = z.strictObject({ cursor: count });
export const sitePage = z.strictObject({
  cursor: count,
  entries: z.array(siteLogEntry).max(500),
  more: z.boolean(),
  /** With the last page. */
  about: siteAbout.optional(),
});

export type TelemetryBatch = z.infer<typeof telemetryBatch>;
export type TelemetryAck = z.infer<typeof telemetryAck>;
export type TrustReport = z.infer<typeof trustReport>;
export type ShadowReport = z.infer<typeof shadowReport>;
export type ServedReport = z.infer<typeof servedReport>;
export type ModelReport = z.infer<typeof modelReport>;
export type DeviceReport = z.infer<typeof deviceReport>;
export type BlockRef = z.infer<typeof blockRef>;
export type BlockRequest = z.infer<typeof blockRequest>;
export type Block = z.infer<typeof block>;
export type DeviceStatus = z.infer<typeof deviceStatus>;
export type Desired = z.infer<typeof desired>;
export type SiteRequest = z.infer<typeof siteRequest>;
export type SiteAbout = z.infer<typeof siteAbout>;
export type SitePage = z.infer<typeof sitePage>;

/**
 * Opens a frame and fits it to the schema of its channel.
 * @throws WireError `frame_*` or `message_malformed`, naming the field.
 */
export function decodeMessage<T>(schema: z.ZodType<T>, frame: Uint8Array, inflate?: Inflater): T {
  const parsed = schema.safeParse(decodeFrame(frame, inflate));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'body';
  throw new WireError('message_malformed', `${field}: ${issue?.message}`, {
    field,
    expected: issue?.message ?? 'the schema',
  });
}
