import { randomBytes } from 'node:crypto';
import { and, desc, eq } from 'drizzle-orm';
import {
  assignmentDocument,
  openEnvelope,
  signDocument,
  toHex,
  type AssignedModel,
  type AssignmentDocument,
  type DeviceSettings,
  type Signer,
} from '@plumbline/shared/trust';
import { encodeFrame } from '@plumbline/shared/wire';
import { record } from '../../platform/audit/index.ts';
import { assignments, devices, type Db, type ReadDb } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { unknownDevice } from './errors.ts';

const LIFETIME_MS = 365 * 24 * 3_600_000;

export interface NewAssignment {
  device: string;
  model: AssignedModel;
  version: string;
  settings?: DeviceSettings;
  /** `direct`, or the rollout that asks for it. */
  cause: string;
}

/**
 * Signs the desired state of one device under the next sequence number: this model beside what it has of other lines. `device.assigned` makes the transport publish it
 * after the commit. @throws DeviceError `device_unknown`
 */
export async function assignModel(
  tx: Db,
  deps: { director: Signer; now: () => number },
  actor: string,
  input: NewAssignment,
): Promise<{ seq: number; bytes: Uint8Array }> {
  const [device] = await tx.select().from(devices).where(eq(devices.id, input.device));
  if (device === undefined) throw unknownDevice(input.device);
  const now = deps.now();
  const seq = device.assignedSeq + 1;
  const newest = await getAssignment(tx, device.id, device.assignedSeq);
  const others = newest === undefined ? [] : modelsOf(newest.bytes).filter((one) => one.model !== input.model.model);
  const document: AssignmentDocument = {
    type: 'assignment',
    v: 1,
    site: device.site,
    device: device.id,
    seq,
    issued: now,
    expires: now + LIFETIME_MS,
    nonce: toHex(randomBytes(8)),
    models: [...others, input.model],
    settings: input.settings ?? {},
    floors: {},
    timeFloor: now,
  };
  const bytes = signDocument({ ...document }, [deps.director]);
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

function modelsOf(assignment: Uint8Array): AssignedModel[] {
  return assignmentDocument.parse(openEnvelope(assignment, 'assignment').signed).models;
}

/** The newest assignment of a device, as the frame of dn/desired. `undefined` while it has none. */
export async function desiredFrame(
  db: ReadDb,
  device: string,
  lineBytes: (line: string) => Promise<Uint8Array | undefined>,
): Promise<Uint8Array | undefined> {
  const [newest] = await db
    .select()
    .from(assignments)
    .where(eq(assignments.device, device))
    .orderBy(desc(assignments.seq))
    .limit(1);
  if (newest === undefined) return undefined;
  const lines = [];
  for (const { model } of modelsOf(newest.bytes)) lines.push(await lineBytes(model));
  return encodeFrame({ assignment: new Uint8Array(newest.bytes), lines: lines.filter((line) => line !== undefined) });
}

/** The assignment of a device by sequence number. */
export async function getAssignment(db: ReadDb, device: string, seq: number) {
  const [row] = await db
    .select()
    .from(assignments)
    .where(and(eq(assignments.device, device), eq(assignments.seq, seq)));
  return row;
}
