import type { Profile } from '@plumbline/firmware-profiles';
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
import { createAgent, type Agent } from '../agent.ts';
import type { Identity } from '../identity.ts';
import type { Decoders } from '../install/payload.ts';
import type { AgentEvent, AgentTiming } from '../options.ts';
import type { Change, Host, Inference, ModelTrial } from '../ports/index.ts';
import { stored } from '../store/json.ts';
import { IDENTITY } from '../store/keys.ts';
import { openFiles } from './files.ts';
import { createLink, type LinkWitness } from './link.ts';
import { openStore, STORE_LOG, type StoreWitness } from './store.ts';
import { appendFrame, readFrames } from './store-log.ts';

/** What may be seen of a device from outside its agent. */
export interface DeviceWitness extends StoreWitness, LinkWitness {
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
  /** The agent while its `start` has resolved and its power is on. */
  agent(): Agent | undefined;
  /** Puts the identity on the disk, as enrolment does. */
  enrol(): void;
  boot(): void;
  /** The power goes, and comes back after so many ms. */
  powerCut(downMs?: number): void;
  /** Changes one bit of a value that lies in the store, while nobody has it open. @returns false when there is none */
  rotStored(key: string): boolean;
  starts(): { begun: number; failed: number };
}

export interface SimulatedDeviceDeps {
  clock: Clock;
  chance: Chance;
  broker: SimulatedBroker;
  crypto: Crypto;
  host: Host;
  /** What runs models on this device, for the time of one life: it ends with the power like everything else. */
  runtime: (life: Life) => { inference: Inference; trial: ModelTrial };
  witness?: Partial<DeviceWitness>;
  note?: (what: string) => void;
}

export interface SimulatedDeviceOptions {
  identity: Identity;
  profile: Profile;
  agentVersion: string;
  timing: Partial<AgentTiming>;
  /** A platform's own decoders take turns that no simulated clock orders: these must answer at once. */
  decoders?: Decoders;
}

/** How long a supervisor waits before it starts a process that ended by itself. */
const RESTART_MS = 10_000;
const DOWN_MS = { min: 1000, max: 120_000 };

/**
 * The agent core on a simulated disk, link and clock: every call takes simulated time, may meet a fault, and follows
 * from the seed alone.
 */
export function createSimulatedDevice(deps: SimulatedDeviceDeps, options: SimulatedDeviceOptions): SimulatedDevice {
  const { clock, chance, broker, crypto, host, runtime, witness = {}, note = () => undefined } = deps;
  const { identity, ...agentOptions } = options;
  const disk = createDisk();
  const diskFaults = createDiskFaults();
  const wall = createWallClock(clock);
  const random = chance.branch('agent');
  const crashes = chance.branch('crash');
  const latency = chance.branch('drive');
  const starts = { begun: 0, failed: 0 };
  let life: Life | undefined;
  let agent: Agent | undefined;

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
        witness.io?.();
        if (kind !== 'read') note(`io ${kind} ${path}`);
      },
    });
    const whileAlive = <T extends unknown[]>(tell?: (...values: T) => void) => {
      return (...values: T) => void (own.isAlive() && tell?.(...values));
    };
    const opening = openStore(drive, {
      committed: whileAlive(witness.committed),
      opened: whileAlive(witness.opened),
    });
    const { inference, trial } = runtime(own);
    const made = createAgent(
      {
        clock: { now: wall.now, after: own.clock.after },
        random,
        crypto,
        store: await opening,
        files: openFiles(drive),
        link: createLink(broker, own, witness),
        inference,
        trial,
        host,
        stopwatch: { elapsedMs: clock.now },
      },
      {
        ...agentOptions,
        onChange: whileAlive(({ kind }) => kind === 'line' && witness.moved?.()),
        onEvent: whileAlive((event) => {
          note(`event ${event.code} ${JSON.stringify(event.details)}`);
          witness.event?.(event);
        }),
      },
    );
    await made.start();
    if (life === own) agent = made;
    note('device runs');
    witness.moved?.();
  };

  return {
    disk,
    diskFaults,
    wall,
    agent: () => agent,
    enrol() {
      put(disk, [{ put: IDENTITY, value: stored(identity) }]);
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
