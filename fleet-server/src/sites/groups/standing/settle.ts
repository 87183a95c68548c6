import type { AssignedModel } from '@plumbline/shared/trust';
import type { Database, Db, ReadDb } from '../../../platform/db/index.ts';
import { assignModel, isFrozen, type AssignDeps } from '../../devices/index.ts';
import { allGroups } from '../group.ts';
import { inventoryFor, questionOfGroup } from '../inventory/question.ts';
import type { InventoryDevice } from '../inventory/load.ts';
import { listStanding, type StandingRelease } from '../read.ts';
import { countersOf } from './counters.ts';
import { usableReleases, type Release, type Unusable } from './releases.ts';

export interface SettleDeps extends AssignDeps {
  database: Database;
}

export interface SettleOptions {
  /**
   * Devices that nothing of a line may be given now, by name: those of a rollout that runs or is paused, and those that
   * failed too often. Asked in the transaction that assigns.
   */
  heldBy: (db: ReadDb, line: string) => Promise<ReadonlySet<string>>;
  /** Looks at these only; absent: at the whole fleet. */
  devices?: readonly string[];
}

export interface Settled {
  /** `frozen`: the brake is on, and nothing was looked at. */
  status: 'looked' | 'frozen';
  assigned: { device: string; line: string; version: string }[];
  /** Members that wait for their rollout or their penalty. */
  held: number;
  /** Members that it cannot be given to, and why. */
  unfit: { device: string; line: string; reason: string }[];
  unusable: Unusable[];
}

/** Devices that are assigned something in one transaction: signing thousands at once would hold up everybody else. */
const BATCH = 50;
const AUTHOR = 'system';

/**
 * Gives every member of a group the standing release it lacks: newcomers, and devices that come back after a long time
 * with something older. What a device was last told counts, and what it runs; a device on something newer is left alone,
 * and of two groups' releases of one line the newer one counts. Safe to call at any time and again.
 */
export async function settleNewcomers(deps: SettleDeps, options: SettleOptions): Promise<Settled> {
  const { db } = deps.database;
  const settled: Settled = { status: 'looked', assigned: [], held: 0, unfit: [], unusable: [] };
  const standing = await listStanding(db);
  if (standing.length === 0) return settled;
  if ((await isFrozen(db)) !== undefined) return { ...settled, status: 'frozen' };
  const members = await membersOf(db, standing, deps.now(), options.devices);
  for (const line of new Set(standing.map((one) => one.line))) {
    const { releases, unusable } = await usableReleases(
      db,
      standing.filter((one) => one.line === line),
    );
    settled.unusable.push(...unusable);
    const held = await options.heldBy(db, line);
    const wanted = (await wantedOf(db, line, releases, members)).flatMap(({ device, release }) => {
      const model = release.choose(device);
      if (held.has(device.id)) settled.held += 1;
      else if (typeof model === 'string') settled.unfit.push({ device: device.id, line, reason: model });
      else return { device: device.id, release, model };
      return [];
    });
    for (let from = 0; from < wanted.length; from += BATCH) {
      const batch = wanted.slice(from, from + BATCH);
      const isOn = await deps.database.transaction((tx) => giveBatch(tx, deps, line, { batch, options, settled }));
      if (!isOn) return { ...settled, status: 'frozen' };
    }
  }
  return settled;
}

interface Wanted {
  device: InventoryDevice;
  release: Release;
}

/** Eligible members by group. */
async function membersOf(
  db: ReadDb,
  standing: readonly StandingRelease[],
  now: number,
  only: readonly string[] | undefined,
): Promise<Map<string, InventoryDevice[]>> {
  const named = new Set(standing.map(({ group }) => group));
  const groups = (await allGroups(db)).filter(({ name }) => named.has(name));
  const questions = await Promise.all(groups.map((group) => questionOfGroup(db, group, now)));
  const looked = only && new Set(only);
  const inventory = (await inventoryFor(db, questions)).filter(
    ({ id, isEligible }) => isEligible && looked?.has(id) !== false,
  );
  return new Map(groups.map(({ name }, at) => [name, inventory.filter((row) => questions[at]?.matches(row))]));
}

/** Members whose line is older than the newest release that stands for them. */
async function wantedOf(
  db: ReadDb,
  line: string,
  releases: readonly Release[],
  members: ReadonlyMap<string, InventoryDevice[]>,
): Promise<Wanted[]> {
  const counters = await countersOf(db, line);
  const wanted = new Map<string, Wanted>();
  for (const release of releases) {
    for (const device of members.get(release.group) ?? []) {
      const isOlder = (counters.get(device.id) ?? -1) < release.model.counter;
      if (isOlder && !wanted.has(device.id)) wanted.set(device.id, { device, release });
    }
  }
  return [...wanted.values()];
}

interface Gift {
  device: string;
  release: Release;
  model: AssignedModel;
}

/**
 * Looked at again inside the transaction: a rollout may have begun since, or somebody pulled the brake.
 * @returns false when that is so of the brake
 */
async function giveBatch(
  tx: Db,
  deps: SettleDeps,
  line: string,
  { batch, options, settled }: { batch: readonly Gift[]; options: SettleOptions; settled: Settled },
): Promise<boolean> {
  if ((await isFrozen(tx)) !== undefined) return false;
  const held = await options.heldBy(tx, line);
  const names = batch.map(({ device }) => device);
  const counters = await countersOf(tx, line, names);
  for (const { device, release, model } of batch) {
    const { version, counter } = release.model;
    if (held.has(device) || (counters.get(device) ?? -1) >= counter) continue;
    await assignModel(tx, deps, AUTHOR, { device, model, version, cause: `group:${release.group}` });
    settled.assigned.push({ device, line, version });
  }
  return true;
}
