import { randomBytes } from 'node:crypto';
import {
  assignmentDocument,
  parseCanonical,
  signAssignment,
  toHex,
  type AssignedModel,
  type AssignmentDocument,
  type DeviceSettings,
} from '@plumbline/shared/trust';
import { encodeFrame } from '@plumbline/shared/wire';
import { record } from '../../platform/audit/index.ts';
import {
  and,
  assignments,
  desc,
  devices,
  eq,
  preparedRead,
  preparedWrite,
  rowsInserter,
  sql,
  type Db,
  type ReadDb,
} from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import type { Desk } from '../../supply/keys/index.ts';
import { fleetInForce, freshTimestamp } from '../../supply/repository/index.ts';
import { deviceRow } from './device-row.ts';
import { unknownDevice } from './errors.ts';
import { refuseFrozen } from './freeze/freeze.ts';

type Row = typeof assignments.$inferSelect;

const insert = rowsInserter(assignments);
const writeSeq = preparedWrite<{ device: string; seq: number }>((db) =>
  db
    .update(devices)
    .set({ assignedSeq: sql`${sql.placeholder('seq')}` })
    .where(eq(devices.id, sql.placeholder('device'))),
);
const bySeq = preparedRead<{ device: string; seq: number }, Row>((db) =>
  db
    .select()
    .from(assignments)
    .where(and(eq(assignments.device, sql.placeholder('device')), eq(assignments.seq, sql.placeholder('seq')))),
);
const newestOf = preparedRead<{ device: string }, Row>((db) =>
  db
    .select()
    .from(assignments)
    .where(eq(assignments.device, sql.placeholder('device')))
    .orderBy(desc(assignments.seq))
    .limit(1),
);

const LIFETIME_MS = 365 * 24 * 3_600_000;

export interface AssignDeps {
  /** The timestamp key signs when the fleet's signed time lies too far back for a new assignment. */
  desk: Pick<Desk, 'director' | 'timestamp' | 'snapshot'>;
  now: () => number;
}

export interface NewAssignment {
  device: string;
  model: AssignedModel;
  version: string;
  settings?: DeviceSettings;
  /** `direct`, or the rollout that asks for it. */
  cause: string;
  /** It takes something back: the brake over the fleet does not hold it. */
  isReturn?: boolean;
  /** A person wants these bytes tried again by a device that turned them down. */
  isRetry?: boolean;
}

/**
 * Signs the desired state of one device under the next sequence number: this model beside what it has of other lines.
 * It is issued within a day of the newest signed time, which devices demand. `device.assigned` makes the transport
 * publish it after the commit.
 * @throws DeviceError `device_unknown`, `fleet_frozen`; RepositoryError `repository_empty`
 */
export async function assignModel(
  tx: Db,
  deps: AssignDeps,
  actor: string,
  input: NewAssignment,
): Promise<{ seq: number; bytes: Uint8Array }> {
  const { model, version, cause, settings } = input;
  if (input.isReturn !== true) await refuseFrozen(tx);
  const standing = await standingAssignment(tx, input.device);
  const others = standing?.models.filter((one) => one.model !== model.model) ?? [];
  // A question that a device which was away has not heard yet is not taken back by the next release.
  const asked = standing?.settings.diagnosticsRequest;
  // Nor does it keep a device that was ordered to leave.
  const retire = standing?.settings.retire;
  return signDesired(tx, deps, actor, {
    device: input.device,
    models: [...others, { ...model, ...attemptOf(standing, input) }],
    settings: {
      ...(asked !== undefined && { diagnosticsRequest: asked }),
      ...(retire !== undefined && { retire }),
      ...settings,
    },
    about: { line: model.model, version, counter: model.releaseCounter, sha256: model.sha256 },
    cause,
    details: { path: model.path, sha256: model.sha256 },
  });
}

/** Stays with the bytes it was asked for, so that nothing else a device is told takes the question back. */
function attemptOf(
  standing: AssignmentDocument | undefined,
  { model, isRetry }: NewAssignment,
): Pick<AssignedModel, 'attempt'> {
  const held = standing?.models.find((one) => one.model === model.model && one.sha256 === model.sha256);
  const attempt = (held?.attempt ?? 0) + (isRetry === true ? 1 : 0);
  return attempt > 0 ? { attempt } : {};
}

export interface DesiredState {
  device: string;
  models: AssignedModel[];
  settings: DeviceSettings;
  /** The release it was signed for; empty where it is about none. */
  about: { line: string; version: string; counter: number; sha256: string };
  cause: string;
  /** For the audit row. */
  details: Record<string, string | number>;
}

/** Signs a whole desired state, see `assignModel`. @throws DeviceError `device_unknown`; RepositoryError `repository_empty` */
export async function signDesired(
  tx: Db,
  deps: AssignDeps,
  actor: string,
  { device: id, models, settings, about, cause, details }: DesiredState,
): Promise<{ seq: number; bytes: Uint8Array }> {
  const device = await deviceRow(tx, id);
  if (device === undefined) throw unknownDevice(id);
  await freshTimestamp(tx, deps);
  const now = deps.now();
  const seq = device.assignedSeq + 1;
  const document: AssignmentDocument = {
    type: 'assignment',
    v: 1,
    site: device.site,
    device: device.id,
    seq,
    issued: now,
    expires: now + LIFETIME_MS,
    nonce: toHex(randomBytes(8)),
    models,
    settings,
    floors: await floorsOf(tx, models),
    timeFloor: now,
  };
  const bytes = await signAssignment(document, [deps.desk.director]);
  await writeSeq(tx, [{ device: device.id, seq }]);
  await insert(tx, [{ device: device.id, seq, ...about, cause, bytes: Buffer.from(bytes), issuedAt: now }]);
  await emit(tx, { type: 'device.assigned', site: device.site, device: device.id, seq });
  await record(tx, {
    actor,
    action: 'devices.assign',
    subject: `device:${device.id}`,
    details: { seq, ...details, cause },
  });
  return { seq, bytes };
}

/** Only what the offline keys demand: a floor is not the director's to invent. */
async function floorsOf(tx: Db, models: AssignedModel[]): Promise<Record<string, number>> {
  const { floors } = (await fleetInForce(tx)).signed;
  return Object.fromEntries(
    models.flatMap(({ model }) => (Object.hasOwn(floors, model) ? [[model, floors[model] ?? 0]] : [])),
  );
}

/** What a device was told last. @throws DeviceError `device_unknown` */
export async function standingAssignment(db: ReadDb, id: string): Promise<AssignmentDocument | undefined> {
  const device = await deviceRow(db, id);
  if (device === undefined) throw unknownDevice(id);
  const newest = await getAssignment(db, id, device.assignedSeq);
  if (newest === undefined) return undefined;
  const { signed } = parseCanonical(newest.bytes, 'assignment') as { signed: unknown };
  return assignmentDocument.parse(signed);
}

/** The newest assignment of a device and the timestamp in force, as the frame of dn/desired. None without an assignment. */
export async function desiredFrame(db: ReadDb, device: string, timestamp: Uint8Array): Promise<Uint8Array | undefined> {
  const [newest] = await newestOf(db, { device });
  return newest && encodeFrame({ assignment: new Uint8Array(newest.bytes), timestamp });
}

/** The assignment of a device by sequence number. */
export async function getAssignment(db: ReadDb, device: string, seq: number) {
  const [row] = await bySeq(db, { device, seq });
  return row;
}
