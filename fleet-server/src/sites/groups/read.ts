import { asc, standingReleases, type ReadDb } from '../../platform/db/index.ts';
import { allGroups, findGroup, type Group } from './group.ts';
import { findDevices, inventoryFor, questionOfGroup } from './inventory/question.ts';
import type { InventoryDevice } from './inventory/load.ts';

export interface StandingRelease {
  group: string;
  line: string;
  version: string;
  setAt: number;
  setBy: string;
}

export interface GroupSummary extends Group {
  /** Members now; `eligible` of them are in good standing on open sites. */
  count: number;
  eligible: number;
  standing: StandingRelease[];
}

/** All groups by name, with their members counted as of `now`, ms. */
export async function listGroups(db: ReadDb, now: number): Promise<GroupSummary[]> {
  const groups = await allGroups(db);
  const questions = await Promise.all(groups.map((group) => questionOfGroup(db, group, now)));
  const inventory = await inventoryFor(db, questions);
  const standing = await listStanding(db);
  return groups.map((group, at) =>
    summaryOf(
      group,
      inventory.filter((row) => questions[at]?.matches(row)),
      standing,
    ),
  );
}

/** One group with the names of its members as of `now`. @throws GroupError `group_unknown` */
export async function getGroup(db: ReadDb, name: string, now: number): Promise<GroupSummary & { devices: string[] }> {
  const group = await findGroup(db, name);
  const members = await findDevices(db, [await questionOfGroup(db, group, now)]);
  return { ...summaryOf(group, members, await listStanding(db)), devices: members.map(({ id }) => id) };
}

/** Every standing release, by group and line. */
export async function listStanding(db: ReadDb): Promise<StandingRelease[]> {
  return db.select().from(standingReleases).orderBy(asc(standingReleases.group), asc(standingReleases.line));
}

function summaryOf(group: Group, members: InventoryDevice[], standing: StandingRelease[]): GroupSummary {
  return {
    ...group,
    count: members.length,
    eligible: members.filter(({ isEligible }) => isEligible).length,
    standing: standing.filter((one) => one.group === group.name),
  };
}
