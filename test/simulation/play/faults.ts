import { TRUST_GENERATIONS } from '../../../agent/src/store/keys.ts';
import { FILES_FOLDER } from '@plumbline/agent/simulated';
import type { Workload } from './workload.ts';
import { MAX_PAYLOAD_BLOCKS, type World } from './world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

/** Does one piece of harm to a world, now; what lasts is taken back after `lastsMs`, or when the world heals. */
export type Fault = (world: World, workload: Workload, lastsMs: number) => void;

/** Every kind of harm by name; a class of faults says which of them, how often and for how long. */
export const FAULTS = {
  'agent-power-cut'({ device, injected, chance }) {
    injected.count += 1;
    // Half of them at a call to the disk that is still to come.
    if (chance.happens(0.5)) return device.powerCut();
    device.diskFaults.crashAt = {
      at: device.diskFaults.visited + chance.integer(1, 40),
      when: chance.pick(['before', 'after']),
    };
  },
  'torn-write'({ device, injected, chance }) {
    injected.count += 1;
    // Written and not yet synced: what chance leaves of it is all that the next process finds.
    device.diskFaults.crashAt = { at: device.diskFaults.visited + chance.integer(1, 80), when: 'after' };
  },
  /** An update is ordered, and the power goes at one of its calls to the disk. */
  'cut-in-install'({ device, injected, chance, catalogue }, workload) {
    const ran = workload.ordered()?.assigned.releaseCounter ?? 0;
    const next = ['good-2', 'good-3'].find((name) => catalogue.get(name).assigned.releaseCounter > ran);
    if (next === undefined) return;
    injected.count += 1;
    workload.assign(next);
    device.diskFaults.crashAt = {
      at: device.diskFaults.visited + chance.integer(1, 160),
      when: chance.pick(['before', 'after']),
    };
  },
  'server-power-cut'(world, _workload, lastsMs) {
    world.injected.count += 1;
    if (world.chance.happens(0.4)) return world.server.powerCut();
    world.databaseFaults.crashing = 0.3;
    later(world, lastsMs, () => (world.databaseFaults.crashing = 0));
  },
  'disk-full'(world, _workload, lastsMs) {
    const { device } = world;
    world.injected.count += 1;
    device.diskFaults.isFull = true;
    device.host.set({ freeDiskBytes: 0 });
    later(world, lastsMs, () => {
      device.diskFaults.isFull = false;
      device.host.set({ freeDiskBytes: 2 ** 33 });
    });
  },
  'disk-failing'(world, _workload, lastsMs) {
    const { device, chance } = world;
    world.injected.count += 1;
    device.diskFaults.failing = chance.pick([0.02, 0.1, 0.4]);
    later(world, lastsMs, () => (device.diskFaults.failing = 0));
  },
  'bit-rot'({ device, chance, note, injected, excusedBlocks }) {
    const paths = device.disk.paths(`${FILES_FOLDER}/`);
    const path = paths[chance.integer(0, Math.max(0, paths.length - 1))];
    if (path === undefined) return;
    const sizeBytes = device.disk.read(path)?.length ?? 0;
    if (!device.disk.rot(path, chance.integer(0, Math.max(0, sizeBytes - 1)))) return;
    injected.count += 1;
    excusedBlocks.count += MAX_PAYLOAD_BLOCKS;
    note(`rot ${path}`);
    // Seen at once by a process that starts, or much later.
    if (chance.happens(0.5)) device.powerCut();
  },
  'trust-rot'({ clock, device, chance, checks, note, injected }) {
    device.powerCut(20_000);
    clock.after(10_000, () => {
      const key = chance.pick(TRUST_GENERATIONS);
      if (!device.rotStored(key)) return;
      injected.count += 1;
      checks.trust.forgive();
      note(`rot ${key}`);
    });
  },
  'clock-jump'(world, _workload, lastsMs) {
    const { device, chance, clock, note } = world;
    world.injected.count += 1;
    const to1970 = -clock.now();
    const offset = chance.pick([to1970, 10 * YEAR_MS, -YEAR_MS, DAY_MS, -DAY_MS, 3_600_000, -3_600_000]);
    device.wall.setOffset(offset);
    note(`clock off by ${offset}`);
    if (chance.happens(0.3)) device.powerCut();
    later(world, lastsMs, () => device.wall.setOffset(0));
  },
  drop: weatherOf('drop'),
  duplicate: weatherOf('duplicate'),
  reorder: weatherOf('reorder'),
  corrupt: weatherOf('corrupt'),
  reset({ broker }) {
    broker.reset();
  },
  'half-open'({ broker, chance }) {
    broker.halfOpen(chance.pick(['up', 'down', 'both']));
  },
  partition(world, _workload, lastsMs) {
    world.broker.setPartitioned(true);
    later(world, lastsMs, () => world.broker.setPartitioned(false));
  },
  'slow-link'(world, _workload, lastsMs) {
    const { weather, chance } = world;
    world.injected.count += 1;
    // A block of 64 KB and its request take less than their time-out at the slowest.
    weather.bitsPerSecond = chance.pick([96_000, 128_000, 384_000]);
    weather.latencyMs = chance.integer(100, 1200);
    later(world, lastsMs, () => {
      weather.bitsPerSecond = undefined;
      weather.latencyMs = 20;
    });
  },
  'corrupt-payload'(world, _workload, lastsMs) {
    const { serverFaults, chance, catalogue } = world;
    const how = chance.pick(['bit', 'zeros', 'forged', 'short']);
    serverFaults.alterBlock = (bytes, offset) => {
      if (!chance.happens(0.6)) return bytes;
      world.injected.count += 1;
      world.excusedBlocks.count += MAX_PAYLOAD_BLOCKS;
      if (how === 'short') return bytes.slice(0, Math.max(1, bytes.length >> 1));
      const altered = bytes.slice();
      if (how === 'zeros') altered.fill(0);
      else if (how === 'forged') altered.set(catalogue.forged.subarray(offset, offset + altered.length));
      else altered[chance.integer(0, altered.length - 1)]! ^= 1 << chance.integer(0, 7);
      return altered;
    };
    later(world, lastsMs, () => {
      delete serverFaults.alterBlock;
    });
  },
  'database-error'(world, _workload, lastsMs) {
    world.injected.count += 1;
    world.databaseFaults.failing = world.chance.pick([0.1, 0.3, 0.8]);
    later(world, lastsMs, () => (world.databaseFaults.failing = 0));
  },
  /** The link is down for hours while the device is asked more than its outbox may hold. */
  'outage-over-budget'(world, workload, lastsMs) {
    world.broker.setPartitioned(true);
    for (let at = 0; at < lastsMs; at += MINUTE_MS) {
      world.clock.after(at, () => workload.predictions(world.chance.integer(1, 12)));
    }
    later(world, lastsMs, () => world.broker.setPartitioned(false));
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

/** Nothing is broken any more; what was broken stays as it is. */
export function heal({ device, weather, broker, databaseFaults, serverFaults }: World): void {
  device.diskFaults.isFull = false;
  device.diskFaults.failing = 0;
  device.diskFaults.crashAt = undefined;
  device.host.set({ freeDiskBytes: 2 ** 33 });
  device.wall.setOffset(0);
  Object.assign(weather, { drop: 0, duplicate: 0, reorder: 0, corrupt: 0, bitsPerSecond: undefined, latencyMs: 20 });
  broker.setPartitioned(false);
  databaseFaults.failing = 0;
  databaseFaults.crashing = 0;
  delete serverFaults.alterBlock;
}

function weatherOf(kind: 'drop' | 'duplicate' | 'reorder' | 'corrupt'): Fault {
  return (world, _workload, lastsMs) => {
    world.weather[kind] = world.chance.pick([0.05, 0.2, 0.5]);
    later(world, lastsMs, () => (world.weather[kind] = 0));
  };
}

function later({ clock }: World, lastsMs: number, takeBack: () => void): void {
  clock.after(lastsMs, takeBack);
}
