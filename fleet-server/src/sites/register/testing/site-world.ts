import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import { parseEnrolmentCode } from '@plumbline/shared/trust';
import type { DeviceReport } from '@plumbline/shared/wire';
import { openDatabase, type Database, type Db } from '../../../platform/db/index.ts';
import { makeDevelopmentKeys, openDesk, type Desk } from '../../../supply/keys/index.ts';
import { importRepository } from '../../../supply/repository/index.ts';
import { createToken, enrolDevice, recordReport, type TokenDeps } from '../../devices/index.ts';
import { PROFILE, requestOf, signer, type TestSigner } from '../../devices/testing/device-world.ts';

/** Sites and devices on a database in memory, with the keys that sign what devices are told. */
export interface SiteWorld extends TokenDeps {
  clock: VirtualClock;
  desk: Desk;
  tx<T>(work: (tx: Db) => Promise<T>): Promise<T>;
  /** Code and enrolment in one. */
  enrolled(device: string, site: string, tags?: string[]): Promise<void>;
  /** Trades a code that was made. */
  use(code: string, by: TestSigner): Promise<void>;
  /** The next report of a device. */
  reports(device: string, said: Partial<DeviceReport>): Promise<void>;
  close(): Promise<void>;
}

/** Keys cost most to make: one home for all worlds of a file. */
export interface SiteHome {
  open(): Promise<SiteWorld>;
  close(): Promise<void>;
}

export async function createSiteHome(): Promise<SiteHome> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-sites-'));
  const keys = join(folder, 'keys');
  await makeDevelopmentKeys(keys, createVirtualClock().now());
  const desk = await openDesk(keys);
  return { open: () => openWorld(keys, desk), close: () => rm(folder, { recursive: true }) };
}

async function openWorld(keys: string, desk: Desk): Promise<SiteWorld> {
  const clock = createVirtualClock();
  const database: Database = await openDatabase({ url: 'sqlite::memory:', clock });
  await importRepository({ database, desk, now: clock.now }, 'system', keys);
  let made = 0;
  const world: SiteWorld = {
    clock,
    desk,
    database,
    now: clock.now,
    caPem: desk.caPem,
    root: { version: 1, sha256: 'ab'.repeat(32) },
    publicUrl: 'https://fleet.example:8443',
    tx: (work) => database.transaction(work),
    async enrolled(device, site, tags = []) {
      const { code } = await createToken(world, 'user:ana', { site, device, tags, lifetimeMs: 60_000 });
      await world.use(code, signer((made += 1)));
    },
    async use(code, by) {
      await enrolDevice(world, requestOf(parseEnrolmentCode(code).token, by), '192.0.2.7');
    },
    async reports(device, said) {
      made += 1;
      await recordReport(world, device, {
        v: 1,
        agent: '0.1.0',
        profile: PROFILE,
        nonce: `nonce-of-${device}`,
        counter: made,
        at: clock.now(),
        assignmentSeq: 0,
        models: [],
        outbox: {},
        trust: { root: 1, timestamp: 1, snapshot: 1, targets: 1, stale: false },
        ...said,
      });
    },
    close: () => database.close(),
  };
  return world;
}
