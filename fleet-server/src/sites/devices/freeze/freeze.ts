import { record } from '../../../platform/audit/index.ts';
import {
  desc,
  fleetFreezes,
  isNull,
  preparedRead,
  timeOf,
  type Database,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { DeviceError } from '../errors.ts';

/** The brake over everything, while it is on. */
export interface Freeze {
  reason: string;
  actor: string;
  /** ms. */
  at: number;
}

const standing = preparedRead((db) => db.select().from(fleetFreezes).where(isNull(fleetFreezes.liftedAt)).limit(1));

/** The brake that is on, if one is: nothing new goes out then, only what a person orders back. */
export async function isFrozen(db: ReadDb): Promise<Freeze | undefined> {
  const [row] = await standing(db, {});
  return row && { reason: row.reason, actor: row.actor, at: row.at };
}

/** @throws DeviceError `fleet_frozen` */
export async function refuseFrozen(db: ReadDb): Promise<void> {
  const freeze = await isFrozen(db);
  if (freeze === undefined) return;
  throw new DeviceError('fleet_frozen', `the fleet is frozen by ${freeze.actor}: ${freeze.reason}`, {
    kind: 'conflict',
    field: 'fleet',
    expected: 'a fleet that is not frozen; `plumbline unfreeze` lifts the brake',
  });
}

/** Pulls the brake: from the commit on nothing new is assigned to any device. @throws DeviceError `fleet_frozen` when it is on */
export async function freezeFleet(deps: { database: Database }, actor: string, reason: string): Promise<Freeze> {
  return deps.database.transaction(async (tx) => {
    await refuseFrozen(tx);
    const at = timeOf(tx);
    await tx.insert(fleetFreezes).values({ reason, actor, at });
    await record(tx, { actor, action: 'fleet.freeze', subject: 'fleet', details: { reason } });
    await emit(tx, { type: 'fleet.frozen', actor, reason });
    return { reason, actor, at };
  });
}

/** Lets go of the brake. @throws DeviceError `fleet_not_frozen` */
export async function liftFreeze(deps: { database: Database }, actor: string, reason: string): Promise<Freeze> {
  return deps.database.transaction(async (tx) => {
    const freeze = await isFrozen(tx);
    if (freeze === undefined) {
      throw new DeviceError('fleet_not_frozen', 'the fleet is not frozen', { kind: 'conflict', field: 'fleet' });
    }
    await tx
      .update(fleetFreezes)
      .set({ liftedAt: timeOf(tx), liftedBy: actor })
      .where(isNull(fleetFreezes.liftedAt));
    await record(tx, { actor, action: 'fleet.unfreeze', subject: 'fleet', details: { reason } });
    await emit(tx, { type: 'fleet.thawed', actor, reason });
    return freeze;
  });
}

/** Every brake there ever was, newest first. */
export async function listFreezes(db: ReadDb) {
  return db.select().from(fleetFreezes).orderBy(desc(fleetFreezes.id));
}
