import type { KeptFinding } from '../../../fleet-server/src/insight/drift/index.ts';
import { fleetDataset } from '../../../fleet-server/src/learning/retraining/index.ts';
import { deviceAt, MONTH_MS, openPlanted, type Pool, type Values } from './world.ts';

export interface SceneOptions {
  seed: number;
  /** Predictions of a device in a month. */
  perMonth: number;
}

/** A fault of the data: how its values come out, of which feature, and what it may be called. */
export interface PlantedFault {
  feature: string;
  called: readonly string[];
  change(values: Values): Values;
}

const number = (value: Values[string] | undefined) => (typeof value === 'number' ? value : 0);

/** Another unit is told by its octaves from 30 values on; below that, and where a zero point moved, by what lies outside. */
export const FAULTS: Readonly<Record<'stuck' | 'tenfold' | 'fahrenheit' | 'renamed', PlantedFault>> = {
  stuck: { feature: 'crew_size', called: ['stuck'], change: (values) => ({ ...values, crew_size: 4 }) },
  tenfold: {
    feature: 'lead_days',
    called: ['unit', 'range'],
    change: (values) => ({ ...values, lead_days: number(values['lead_days']) * 10 }),
  },
  fahrenheit: {
    feature: 'lead_days',
    called: ['unit', 'range'],
    change: (values) => ({ ...values, lead_days: number(values['lead_days']) * 1.8 + 32 }),
  },
  renamed: {
    feature: 'phase',
    called: ['renamed'],
    change: (values) => (values['phase'] === 'services' ? { ...values, phase: 'Services (M&E)' } : values),
  },
};

const PLANTED = 2;
/** What is told of the world, as against what is told of the data. */
const OF_THE_WORLD: readonly string[] = ['covariate', 'score'];

export interface ShiftFound {
  /** Alarms on values or scores of the fleet before the change. */
  early: string[];
  /** Closed periods from the change to the first such alarm, the one it is in counted; undefined: not found. */
  periods: number | undefined;
}

/** All sites meet, from the third month on, a share of rows from after the change of the made-up world. */
export async function playShift(pool: Pool, options: SceneOptions & { share?: number }): Promise<ShiftFound> {
  await using world = await openPlanted(pool, options);
  const planted = Math.round(options.perMonth * (options.share ?? 1));
  for (const month of [1, 2]) await world.pass(month);
  const early = (await world.alarms()).filter(isOfFleet).map(({ sentence }) => sentence);
  for (const periods of [1, 2, 3]) {
    await world.pass(2 + periods, (device, usual) => [
      ...usual(options.perMonth - planted),
      ...world.changed(device).slice(0, planted),
    ]);
    const found = (await world.alarms()).some((one) => isOfFleet(one) && one.from >= 3 * MONTH_MS);
    if (found) return { early, periods };
  }
  return { early, periods: undefined };
}

export interface FaultFound {
  /** Devices that were said to be at fault, of those that are; by the right name, feature and month. */
  named: number;
  of: number;
  /** Said of devices that are right, or of the fleet as if the world had moved. */
  wrong: string[];
  /** Rows of devices at fault in the month of the fault that the next turn would learn from, and others that it would not. */
  learned: number;
  lost: number;
}

/** Some devices are at fault for a month and right in the next; then what a turn after them would learn from. */
export async function playFault(
  pool: Pool,
  { feature, called, change }: PlantedFault,
  { count, ...options }: SceneOptions & { count: number },
): Promise<FaultFound> {
  await using world = await openPlanted(pool, options);
  const step = pool.sites.length / count;
  const faulty = Array.from({ length: count }, (_, i) => pool.sites[Math.floor((i + 0.5) * step)] ?? '');
  const devices = new Set(faulty.map(deviceAt));
  await world.pass(PLANTED, (device, usual) => (devices.has(device) ? usual().map(change) : usual()));
  await world.pass(PLANTED + 1);
  const alarms = await world.alarms();
  const isRight = ({ kind, quality, subject, scope, from }: KeptFinding) =>
    kind === 'quality' &&
    called.includes(quality ?? '') &&
    subject === feature &&
    from === PLANTED * MONTH_MS &&
    (scope.of === 'fleet' || devices.has(scope.id));
  const named = new Set(
    alarms.filter(isRight).flatMap(({ scope }) => (scope.of === 'fleet' ? [...devices] : scope.id)),
  );
  const wrong = alarms.filter((one) => !isRight(one)).map(({ sentence }) => sentence);

  const asOf = (PLANTED + 2) * MONTH_MS;
  const examples = pool.sites.flatMap((site) =>
    [1, PLANTED, PLANTED + 1].flatMap((month) => {
      const [first] = pool.before.get(site) ?? [];
      if (first === undefined) return [];
      const startAt = month * MONTH_MS + 9;
      return [{ ...first, ref: `${site}/${month}`, startAt, dueAt: startAt + 1, knownAt: startAt + 2 }];
    }),
  );
  const base = { ...pool.dataset, examples };
  const next = await fleetDataset(world.database.db, base, asOf, { holds: await world.holds() });
  const kept = new Set(next.examples.map(({ ref }) => ref));
  const bad = new Set(faulty.map((site) => `${site}/${PLANTED}`));
  const learned = [...bad].filter((ref) => kept.has(ref)).length;
  const lost = examples.filter(({ ref }) => !bad.has(ref) && !kept.has(ref)).length;
  return { named: named.size, of: count, wrong, learned, lost };
}

/** An effect from which a finding is clear, Cohen's w: a fifth above the least that alarms. */
const CLEAR = 0.36;

export interface LiarHeard {
  /** Whether the fleet has moved, and what clearly has: without the liar, and with it. */
  without: Verdict;
  withLiar: Verdict;
  /** Findings that are there in one of them, with an effect next to the least that alarms. */
  tipped: string[];
}

export interface Verdict {
  alarm: boolean;
  clear: string[];
}

/**
 * One device among the others sends a hundred times their counts: of a changed world where nothing has changed (`alarm`),
 * or of the old one where everything has (`hide`).
 */
export async function playLiar(
  pool: Pool,
  { lies, ...options }: SceneOptions & { lies: 'alarm' | 'hide' },
): Promise<LiarHeard> {
  const liar = deviceAt(pool.sites[Math.floor(pool.sites.length / 2)] ?? '');
  const said = async (isHeard: boolean) => {
    await using world = await openPlanted(pool, options);
    await world.pass(1, (device, usual) => {
      const [old, changed] = [usual(), world.changed(device)];
      if (device !== liar) return lies === 'alarm' ? old : changed;
      // Drawn in either case: what the others meet is the same.
      const told = lies === 'alarm' ? changed : old;
      return isHeard ? Array.from({ length: 100 }, () => told).flat() : [];
    });
    return (await world.alarms()).filter(isOfFleet);
  };
  const [without, withLiar] = [await said(false), await said(true)];
  const [before, after] = [namesOf(without), namesOf(withLiar)];
  const both = new Set([...before, ...after]);
  const tipped = [...both].filter((name) => before.includes(name) !== after.includes(name));
  return { without: verdictOf(without), withLiar: verdictOf(withLiar), tipped };
}

function verdictOf(alarms: readonly KeptFinding[]): Verdict {
  return { alarm: alarms.length > 0, clear: namesOf(alarms.filter(({ effect }) => effect >= CLEAR)) };
}

function namesOf(alarms: readonly KeptFinding[]): string[] {
  return alarms.map(({ kind, subject = '' }) => `${kind} ${subject}`.trim()).toSorted();
}

function isOfFleet({ kind, scope }: KeptFinding): boolean {
  return scope.of === 'fleet' && OF_THE_WORLD.includes(kind);
}
