import { randomBytes } from 'node:crypto';
import { and, desc, eq } from 'drizzle-orm';
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
import { assignments, devices, type Db, type ReadDb } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import type { Desk } from '../../supply/keys/index.ts';
import { fleetInForce, freshTimestamp } from '../../supply/repository/index.ts';
import { unknownDevice } from './errors.ts';

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
}

/**
 * Signs the desired state of one device under the next sequence number: this model beside what it has of other lines.
 * It is issued within a day of the newest signed time, which devices demand. `device.assigned` makes the transport
 * publish it after the commit.
 * @throws DeviceError `device_unknown`; RepositoryError `repository_empty`
 */
export async function assignModel(
  tx: Db,
  deps: AssignDeps,
  actor: string,
  input: NewAssignment,
): Promise<{ seq: number; bytes: Uint8Array }> {
  const [device] = await tx.select().from(devices).where(eq(devices.id, input.device));
  if (device === undefined) throw unknownDevice(input.device);
  await freshTimestamp(tx, deps);
  const now = deps.now();
  const seq = device.assignedSeq + 1;
  const newest = await getAssignment(tx, device.id, device.assignedSeq);
  const others = newest === undefined ? [] : modelsOf(newest.bytes).filter((one) => one.model !== input.model.model);
  const models = [...others, input.model];
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
    settings: input.settings ?? {},
    floors: await floorsOf(tx, models),
    timeFloor: now,
  };
  const bytes = await signAssignment(document, [deps.desk.director]);
  await tx.update(devices).set({ assignedSeq: seq }).where(eq(devices.id, device.id));
  await tx.insert(assignments).values({
    device: device.id,
    seq,
    line: input.model.model,
    version: input.version,
    counter: input.model.releaseCounter,
    sha256: input.model.sha256,
    cause: input.cause,
    bytes: Buffer.from(bytes),
    issuedAt: now,
  });
  await emit(tx, { type: 'device.assigned', site: device.site, device: device.id, seq });
  await record(tx, {
    actor,
    action: 'devices.assign',
    subject: `device:${device.id}`,
    details: { seq, path: input.model.path, sha256: input.model.sha256, cause: input.cause },
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

function modelsOf(assignment: Uint8Array): AssignedModel[] {
  const { signed } = parseCanonical(assignment, 'assignment') as { signed: unknown };
  return assignmentDocument.parse(signed).models;
}

/** The newest assignment of a device and the timestamp in force, as the frame of dn/desired. None without an assignment. */
export async function desiredFrame(db: ReadDb, device: string, timestamp: Uint8Array): Promise<Uint8Array | undefined> {
  const [newest] = await db
    .select()
    .from(assignments)
    .where(eq(assignments.device, device))
    .orderBy(desc(assignments.seq))
    .limit(1);
  return newest && encodeFrame({ assignment: new Uint8Array(newest.bytes), timestamp });
}

/** The assignment of a device by sequence number. */
export async function getAssignment(db: ReadDb, device: string, seq: number) {
  const [row] = await db
    .select()
    .from(assignments)
    .where(and(eq(assignments.device, device), eq(assignments.seq, seq)));
  return row;
}
