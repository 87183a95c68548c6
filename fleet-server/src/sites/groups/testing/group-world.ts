import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import { deviceLines, devices, openDatabase, sites, type Database } from '../../../platform/db/index.ts';

type NewDevice = Partial<typeof devices.$inferInsert> & { words?: string[]; runs?: Record<string, string> };

/** A real database, a clock that is moved by hand, and devices as a test needs them. */
export interface GroupWorld {
  database: Database;
  clock: VirtualClock;
  now: () => number;
  addDevice(id: string, of?: NewDevice): Promise<void>;
  addDevices(all: readonly (NewDevice & { id: string })[]): Promise<void>;
  addSite(id: string, region: string, state?: string): Promise<void>;
  close(): Promise<void>;
}

const CHUNK = 100;

export async function createGroupWorld(): Promise<GroupWorld> {
  const clock = createVirtualClock();
  const database = await openDatabase({ url: 'sqlite::memory:', clock });
  const addDevices: GroupWorld['addDevices'] = (all) =>
    database.transaction(async (tx) => {
      const lines = all.flatMap(({ id, runs = {} }) =>
        Object.entries(runs).map(([line, runningVersion]) => lineOf(id, line, runningVersion, clock.now())),
      );
      for (let from = 0; from < all.length; from += CHUNK) {
        await tx.insert(devices).values(all.slice(from, from + CHUNK).map((one) => deviceOf(one, clock.now())));
      }
      for (let from = 0; from < lines.length; from += CHUNK) {
        await tx.insert(deviceLines).values(lines.slice(from, from + CHUNK));
      }
    });
  return {
    database,
    clock,
    now: clock.now,
    addDevices,
    addDevice: (id, of = {}) => addDevices([{ ...of, id }]),
    addSite: (id, region, state = 'open') =>
      database.transaction(async (tx) => {
        await tx.insert(sites).values({ id, zone: 'UTC', region, state, note: '', revision: 1, createdAt: 0 });
      }),
    close: () => database.close(),
  };
}

function deviceOf({ words = [], runs: _runs, ...of }: NewDevice & { id: string }, now: number) {
  return {
    site: 'north-1',
    profile: 'linux-x64-dev',
    agent: '0.3.0',
    publicKey: '{}',
    keyId: 'key',
    tags: JSON.stringify(words),
    enrolledAt: now,
    reportCounter: 0,
    assignedSeq: 0,
    ...of,
  };
}

function lineOf(device: string, line: string, runningVersion: string, reportedAt: number) {
  return { device, line, state: 'committed', runningVersion, runningCounter: 1, reportedAt };
}
