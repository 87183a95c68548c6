import { inflateRawSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import type { Clock, Crypto } from '@plumbline/shared/ports';
import {
  createDisk,
  createDiskFaults,
  createDrive,
  createLife,
  createWallClock,
  type Chance,
  type Disk,
  type DiskFaults,
  type Life,
  type SimulatedBroker,
  type WallClock,
} from '@plumbline/shared/testing/world';
import { createAgent, type Agent, type AgentEvent } from '@plumbline/agent';
import type { Change } from '../../../agent/src/ports/index.ts';
import { stored } from '../../../agent/src/store/json.ts';
import { IDENTITY } from '../../../agent/src/store/keys.ts';
import { createMemoryHost, type MemoryHost } from '../../../agent/src/testing/memory-host.ts';
import { mintIdentity } from '../../../agent/src/testing/mint.ts';
import { openFiles } from './files.ts';
import { createLink, type LinkWitness } from './link.ts';
import { createInference, createTrial, type ModelWitness } from './models.ts';
import { SIMULATED_PROFILE, TIMING } from './profile.ts';
import { openStore, STORE_LOG, type StoreWitness } from './store.ts';
import { appendFrame, readFrames } from './store-log.ts';

/** Everything a checker may see of a device from outside its agent. */
export interface DeviceWitness extends StoreWitness, LinkWitness, Pick<ModelWitness, 'loading'> {
  event: (event: AgentEvent) => void;
  /** One call to the disk. */
  io: () => void;
  /** The agent has started, or a model line went on to its next state. */
  moved: () => void;
}

/** A gateway that survives its processes: disk, clock, key, and whoever starts it again. */
export interface SimulatedDevice {
  disk: Disk;
  diskFaults: DiskFaults;
  wall: WallClock;
  host: MemoryHost;
  /** The agent while its `start` has resolved and its power is on. */
  agent(): Agent | undefined;
  /** Hashes of the models that can answer now. */
  openModels(): Set<string>;
  /** Puts the identity on the disk, as enrolment does. */
  enrol(): Promise<void>;
  boot(): void;
  /** The power goes, and comes back after so many ms. */
  powerCut(downMs?: number): void;
  /** Changes one bit of a value that lies in the store, while nobody has it open. @returns false when there is none */
  rotStored(key: string): boolean;
  starts(): { begun: number; failed: number };
}

export interface DeviceDeps {
  clock: Clock;
  chance: Chance;
  broker: SimulatedBroker;
  crypto: Crypto;
  witness: DeviceWitness;
  note: (what: string) => void;
}

/** How long a supervisor waits before it starts a process that ended by itself. */
const RESTART_MS = 10_000;
const DOWN_MS = { min: 1000, max: 120_000 };

export function createDevice({ clock, chance, broker, crypto, witness, note }: DeviceDeps): SimulatedDevice {
  const disk = createDisk();
  const diskFaults = createDiskFaults();
  const wall = createWallClock(clock);
  const host = createMemoryHost();
  const random = chance.branch('agent');
  const crashes = chance.branch('crash');
  const latency = chance.branch('drive');
  const starts = { begun: 0, failed: 0 };
  let life: Life | undefined;
  let agent: Agent | undefined;
  let models: ModelWitness['open'] = new Map();

  const powerCut = (downMs = chance.integer(DOWN_MS.min, DOWN_MS.max)) => {
    if (life === undefined) return;
    end('power cut');
    disk.crash(crashes);
    clock.after(downMs, boot);
  };

  const end = (why: string) => {
    note(`device ${why}`);
    life?.end();
    life = undefined;
    agent = undefined;
    models = new Map();
  };

  const boot = () => {
    if (life !== undefined) return;
    const own = createLife(clock);
    life = own;
    starts.begun += 1;
    note('device boots');
    start(own).catch((error: unknown) => {
      if (life !== own) return;
      starts.failed += 1;
      end(`cannot start: ${String(error)}`);
      clock.after(RESTART_MS, boot);
    });
  };

  const start = async (own: Life) => {
    const drive = createDrive({
      disk,
      life: own,
      faults: diskFaults,
      chance: latency,
      powerCut,
      onCall(kind, path) {
        witness.io();
        if (kind !== 'read') note(`io ${kind} ${path}`);
      },
    });
    const whileAlive = <T extends unknown[]>(tell: (...values: T) => void) => {
      return (...values: T) => void (own.isAlive() && tell(...values));
    };
    const opening = openStore(drive, {
      committed: whileAlive(witness.committed),
      opened: whileAlive(witness.opened),
    });
    const made = createAgent(
      {
        clock: { now: wall.now, after: own.clock.after },
        random,
        crypto,
        store: await opening,
        files: openFiles(drive),
        link: createLink(broker, own, witness),
        inference: createInference(own, { loading: witness.loading, open: models }),
        trial: createTrial(own),
        host,
      },
      {
        profile: SIMULATED_PROFILE,
        agentVersion: '0.1.0',
        timing: TIMING,
        decoders: { deflate: inflateBounded },
        onChange: whileAlive(({ kind }) => kind === 'line' && witness.moved()),
        onEvent: whileAlive((event) => {
          note(`event ${event.code} ${JSON.stringify(event.details)}`);
          witness.event(event);
        }),
      },
    );
    await made.start();
    if (life === own) agent = made;
    note('device runs');
    witness.moved();
  };

  return {
    disk,
    diskFaults,
    wall,
    host,
    agent: () => agent,
    openModels: () => new Set(models.values()),
    async enrol() {
      put(disk, [{ put: IDENTITY, value: stored(await mintIdentity()) }]);
    },
    boot,
    powerCut,
    rotStored(key) {
      const found = lastValue(disk, key);
      if (life !== undefined || found === undefined || found.length === 0) return false;
      const at = chance.integer(0, found.length - 1);
      const value = found.slice();
      value[at] = (value[at] ?? 0) ^ (1 << chance.integer(0, 7));
      put(disk, [{ put: key, value }]);
      return true;
    },
    starts: () => starts,
  };
}

/** Device key by a seed, digests at the platform's own speed. */
export function createDeviceCrypto(base: Crypto): Crypto {
  return { ...base, sha256: async (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()) };
}

function put(disk: Disk, changes: Change[]): void {
  const { endsAt, nextNumber } = readFrames(disk.read(STORE_LOG) ?? new Uint8Array());
  disk.write(STORE_LOG, endsAt, appendFrame({ number: nextNumber, changes }));
  disk.sync(STORE_LOG);
}

function lastValue(disk: Disk, key: string): Uint8Array | undefined {
  const { frames } = readFrames(disk.read(STORE_LOG) ?? new Uint8Array());
  return frames
    .flat()
    .findLast((change): change is Extract<Change, { put: string }> => 'put' in change && change.put === key)?.value;
}

/** Streams of the platform take turns that no simulated clock orders; this answers at once. */
async function inflateBounded(payload: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  return new Uint8Array(inflateRawSync(payload, { maxOutputLength: maxBytes }));
}
