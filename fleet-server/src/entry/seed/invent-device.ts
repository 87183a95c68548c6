import type { DeviceReport } from '@plumbline/shared/wire';
import type { SeededRandom } from '../../learning/learners/index.ts';

/** A device nobody has built: where it stands, what it last said, and how it is. */
export interface InventedDevice {
  id: string;
  site: string;
  profile: string;
  agent: string;
  tags: string[];
  standing: 'quarantined' | null;
  isOnline: boolean;
  /** Null: enrolled and never heard from. */
  lastSeenAt: number | null;
  report: DeviceReport | undefined;
  running: Version;
}

export interface InventedSite {
  id: string;
  zone: string;
  region: string;
}

interface Version {
  version: string;
  sha256: string;
  counter: number;
}

export const LINE = 'delay';
const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const DEVICES_A_SITE = 5;
const REGIONS: [region: string, zone: string][] = [
  ['north', 'America/New_York'],
  ['south', 'America/Chicago'],
  ['west', 'America/Los_Angeles'],
  ['iberia', 'Europe/Madrid'],
  ['alps', 'Europe/Zurich'],
];
/** A gateway on each site, the others are tablets. */
const GATEWAYS = ['raspberry-pi-4', 'raspberry-pi-5', 'lattepanda-mu', 'linux-x64-gateway'];
const TABLETS = ['galaxy-tab-active5', 'ipad-10', 'toughbook-g2'];

export function inventSites(devices: number): InventedSite[] {
  return Array.from({ length: Math.ceil(devices / DEVICES_A_SITE) }, (_, i) => {
    const [region, zone] = REGIONS[i % REGIONS.length]!;
    return { id: `seed-${String(i + 1).padStart(4, '0')}`, region, zone };
  });
}

/**
 * The device of this number: nine in ten are there, most run the newest version, a few are waiting, failing, old or shut
 * out, as in a fleet that is used.
 * @param now ms
 */
export function inventDevice(random: SeededRandom, number: number, site: InventedSite, now: number): InventedDevice {
  const isGateway = number % DEVICES_A_SITE === 0;
  const profile = pick(random, isGateway ? GATEWAYS : TABLETS);
  const isCanary = random.unit() < 0.05;
  const isOnline = random.unit() < 0.9;
  const isNew = !isOnline && random.unit() < 0.15;
  const lastSeenAt = isNew ? null : isOnline ? now - random.unit() * 30_000 : now - random.unit() ** 3 * 60 * DAY_MS;
  const running = random.unit() < 0.85 ? NEWEST : OLDER;
  return {
    id: `${site.id}-${isGateway ? 'gateway' : `tablet-${number % DEVICES_A_SITE}`}`,
    site: site.id,
    profile,
    agent: random.unit() < 0.8 ? '0.3.1' : '0.2.4',
    tags: [isGateway ? 'gateway' : 'tablet', ...(isCanary ? ['canary'] : [])],
    standing: random.unit() < 0.01 ? 'quarantined' : null,
    isOnline,
    lastSeenAt: lastSeenAt === null ? null : Math.round(lastSeenAt),
    report: lastSeenAt === null ? undefined : inventReport(random, { profile, running, at: Math.round(lastSeenAt) }),
    running,
  };
}

const NEWEST: Version = { version: '2.3.0', sha256: '5e'.repeat(32), counter: 12 };
const OLDER: Version = { version: '2.2.1', sha256: '4d'.repeat(32), counter: 11 };

function inventReport(
  random: SeededRandom,
  { profile, running, at }: { profile: string; running: Version; at: number },
): DeviceReport {
  const { sha256, version, counter } = running;
  const chance = random.unit();
  const [state, more] =
    chance < 0.95
      ? (['committed', { proof: 'proven', detail: `${20 + Math.round(random.unit() * 200)} records` }] as const)
      : chance < 0.98
        ? (['fetching', {}] as const)
        : (['rolled-back', { reason: 'self_test_failed' }] as const);
  const predictions = Math.round(random.unit() * 4000);
  return {
    v: 1,
    agent: '0.3.1',
    profile,
    nonce: hex(random, 8),
    counter: 1 + Math.round(random.unit() * 500),
    at,
    assignmentSeq: counter,
    models: [
      {
        model: LINE,
        state,
        slot: random.unit() < 0.5 ? 'A' : 'B',
        running: { sha256, version, counter },
        ...more,
        served: {
          sha256,
          since: at - Math.round(random.unit() * 40 * DAY_MS),
          predictions,
          errors: random.unit() < 0.02 ? 1 : 0,
          p95Micros: 400 + Math.round(random.unit() * 5000),
          memoryMb: 120 + Math.round(random.unit() * 120),
        },
      },
    ],
    outbox: {
      predictions: { waiting: random.unit() < 0.1 ? Math.round(random.unit() * 400) : 0, lastSeq: predictions },
    },
    trust: { root: 1, timestamp: 40, snapshot: 40, targets: 1, stale: false },
    link: {
      monthFrom: Math.floor(at / (30 * DAY_MS)) * 30 * DAY_MS,
      upBytes: Math.round(random.unit() * 4e6),
      downBytes: Math.round(random.unit() * 2e6),
      limitBytes: 100 * 1024 * 1024,
    },
  };
}

/** A prediction of a device, so many of them ago. */
export function inventPrediction(random: SeededRandom, device: InventedDevice, agoRows: number, now: number) {
  const score = 1 / (1 + Math.exp(-(random.unit() * 6 - 3.6)));
  const at = Math.round((device.lastSeenAt ?? now) - agoRows * (HOUR_MS / 4) * (0.5 + random.unit()));
  const reason = (feature: string, value: number | string) => ({
    feature,
    value,
    contribution: random.unit() - 0.5,
    approximate: true,
  });
  const { version, sha256 } = device.running;
  return {
    kind: 'prediction' as const,
    at,
    activity: `block-${1 + Math.floor(random.unit() * 4)}/a${1 + Math.floor(random.unit() * 80)}`,
    line: LINE,
    version,
    sha256,
    asOf: at,
    score,
    label: score >= 0.5 ? '1' : '0',
    reasons: [
      reason('planned_days', Math.ceil(random.unit() * 60)),
      reason('trade', pick(random, ['concrete', 'steel', 'drywall', 'electrical', 'plumbing'])),
      reason('late_predecessors', Math.floor(random.unit() * 4)),
    ],
  };
}

export function hex(random: SeededRandom, bytes: number): string {
  return Array.from({ length: bytes }, () => random.below(256).toString(16).padStart(2, '0')).join('');
}

function pick<T>(random: SeededRandom, from: readonly T[]): T {
  return from[random.below(from.length)]!;
}
