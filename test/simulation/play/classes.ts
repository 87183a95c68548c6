import type { DeviceSettings } from '@plumbline/shared/trust';
import type { FaultName } from './faults.ts';

const MINUTE_MS = 60_000;

/** A class of faults as the scoreboard counts it. */
export interface FaultClass {
  name: string;
  /** Each strikes so many times, at moments that the seed chooses, and lasts so long. */
  faults: readonly { fault: FaultName; times: [min: number, max: number]; lastsMs: [min: number, max: number] }[];
  /** How long things go wrong before the world heals. */
  windowMs: number;
  /** Releases that are ordered meanwhile, by chance some of these, in order of their counters. */
  releases: readonly string[];
  /** What may be ordered last; how each ends is known. */
  last: readonly [string, ...string[]];
  settings?: DeviceSettings;
  /** Every copy of a model can be destroyed: until it is fetched again nothing can answer. */
  takesEveryCopy?: boolean;
  /** Bytes may come otherwise than they were signed, so `bad_hash` and the like are right answers too. */
  damagesBytes?: boolean;
}

const GOOD = ['good-2', 'good-3'] as const;
const LAST = ['good-4', 'return-to-good-2'] as const;
const BROKEN = ['crashing', 'hanging', 'unloadable', 'nan', 'off-golden', 'stranger-sealed', 'too-large'] as const;
const ONCE: [number, number] = [0, 0];
const MINUTES = (min: number, max: number): [number, number] => [min * MINUTE_MS, max * MINUTE_MS];

const plain = { windowMs: 30 * MINUTE_MS, releases: GOOD, last: LAST } as const;

export const CLASSES: readonly FaultClass[] = [
  { ...plain, name: 'power-cut-agent', faults: [{ fault: 'agent-power-cut', times: [2, 8], lastsMs: ONCE }] },
  {
    ...plain,
    name: 'power-cut-install',
    faults: [{ fault: 'cut-in-install', times: [1, 2], lastsMs: ONCE }],
    releases: [],
  },
  {
    ...plain,
    name: 'power-cut-server',
    faults: [{ fault: 'server-power-cut', times: [2, 6], lastsMs: MINUTES(1, 4) }],
  },
  { ...plain, name: 'torn-write', faults: [{ fault: 'torn-write', times: [4, 12], lastsMs: ONCE }] },
  { ...plain, name: 'disk-full', faults: [{ fault: 'disk-full', times: [1, 4], lastsMs: MINUTES(1, 12) }] },
  { ...plain, name: 'disk-failing', faults: [{ fault: 'disk-failing', times: [1, 4], lastsMs: MINUTES(1, 8) }] },
  {
    ...plain,
    name: 'bit-rot',
    faults: [
      { fault: 'bit-rot', times: [2, 6], lastsMs: ONCE },
      { fault: 'trust-rot', times: [0, 1], lastsMs: ONCE },
    ],
    takesEveryCopy: true,
    damagesBytes: true,
  },
  { ...plain, name: 'clock-jump', faults: [{ fault: 'clock-jump', times: [2, 5], lastsMs: MINUTES(1, 15) }] },
  { ...plain, name: 'drop', faults: [{ fault: 'drop', times: [1, 4], lastsMs: MINUTES(2, 10) }] },
  { ...plain, name: 'duplicate', faults: [{ fault: 'duplicate', times: [1, 4], lastsMs: MINUTES(2, 10) }] },
  { ...plain, name: 'reorder', faults: [{ fault: 'reorder', times: [1, 4], lastsMs: MINUTES(2, 10) }] },
  {
    ...plain,
    name: 'corrupt',
    faults: [{ fault: 'corrupt', times: [1, 4], lastsMs: MINUTES(2, 10) }],
    damagesBytes: true,
  },
  {
    ...plain,
    name: 'half-open',
    faults: [
      { fault: 'half-open', times: [1, 4], lastsMs: ONCE },
      { fault: 'reset', times: [0, 3], lastsMs: ONCE },
    ],
  },
  { ...plain, name: 'partition', faults: [{ fault: 'partition', times: [1, 5], lastsMs: MINUTES(0.2, 10) }] },
  { ...plain, name: 'slow-link', faults: [{ fault: 'slow-link', times: [1, 3], lastsMs: MINUTES(4, 15) }] },
  {
    ...plain,
    name: 'broken-model',
    faults: [{ fault: 'agent-power-cut', times: [0, 2], lastsMs: ONCE }],
    releases: ['good-2', 'good-3', ...BROKEN, 'fails-in-service'],
    last: ['good-4', ...BROKEN, 'fails-in-service'],
  },
  {
    ...plain,
    name: 'corrupt-payload',
    faults: [{ fault: 'corrupt-payload', times: [1, 3], lastsMs: MINUTES(3, 10) }],
    damagesBytes: true,
  },
  {
    ...plain,
    name: 'server-database-error',
    faults: [{ fault: 'database-error', times: [1, 4], lastsMs: MINUTES(1, 8) }],
  },
  {
    ...plain,
    name: 'outage-over-budget',
    windowMs: 150 * MINUTE_MS,
    faults: [
      { fault: 'outage-over-budget', times: [1, 2], lastsMs: MINUTES(30, 70) },
      { fault: 'agent-power-cut', times: [0, 2], lastsMs: ONCE },
    ],
    settings: { outboxBytes: 12_000 },
  },
  {
    ...plain,
    name: 'everything',
    windowMs: 60 * MINUTE_MS,
    faults: [
      { fault: 'agent-power-cut', times: [0, 3], lastsMs: ONCE },
      { fault: 'torn-write', times: [0, 2], lastsMs: ONCE },
      { fault: 'server-power-cut', times: [0, 2], lastsMs: MINUTES(1, 3) },
      { fault: 'disk-full', times: [0, 1], lastsMs: MINUTES(1, 6) },
      { fault: 'clock-jump', times: [0, 1], lastsMs: MINUTES(1, 10) },
      { fault: 'drop', times: [0, 1], lastsMs: MINUTES(1, 5) },
      { fault: 'duplicate', times: [0, 1], lastsMs: MINUTES(1, 10) },
      { fault: 'reorder', times: [0, 1], lastsMs: MINUTES(1, 10) },
      { fault: 'half-open', times: [0, 1], lastsMs: ONCE },
      { fault: 'partition', times: [0, 1], lastsMs: MINUTES(1, 5) },
      { fault: 'database-error', times: [0, 1], lastsMs: MINUTES(1, 5) },
    ],
    releases: ['good-2', 'good-3', 'nan', 'fails-in-service'],
    settings: { outboxBytes: 40_000 },
  },
];

export function classNamed(name: string): FaultClass | undefined {
  return CLASSES.find((one) => one.name === name);
}
