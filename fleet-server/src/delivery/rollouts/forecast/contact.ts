import { contactCurve, type DayPresence } from '../../../sites/devices/index.ts';
import { counted, listed, percent } from '../gates/say.ts';
import type { ForecastDevice, ForecastInput, Warning } from './forecast-input.ts';
import { openHoursOf, type OpenHours } from '../plan/open-hours.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far the past tells, see `chanceOfContact`. */
const HORIZON_HOURS = 14 * 24;
/** Devices that nobody has heard from for longer are named. */
const SILENT_MS = 30 * DAY_MS;

export interface ContactForecast {
  devices: number;
  online: number;
  /** When it opens if every stage before it takes as long as it is likely to, from now; 0: it is open, or next. */
  opensAfterMs: number;
  /** Expected share that has been in contact, at a moment at which it may be given the release. */
  within: { hour: number; day: number; week: number };
  /** From its opening until half, and nine in ten, will have had a chance, rate included; undefined: not within 14 days. */
  halfAfterMs: number | undefined;
  ninetyAfterMs: number | undefined;
  /** What `perHour` alone takes, in hours at which the window is open; 0 without. */
  servingMs: number;
  soakMs: number;
  /** Until nine in ten had their chance, or the deadline, and the soak. Time that people take to approve is not in it. */
  likelyMs: number;
  /** Devices expected to have had a chance by its deadline. */
  byDeadline: number;
  /** Of devices that are away, no past day tells when they come. */
  unknown: number;
  /** Not heard from for 30 days, or never. */
  silent: string[];
}

/** Chance that a device has been there within a time after the opening of its stage, with its window open. */
type Chance = (withinMs: number) => number;

export interface StageContact extends ContactForecast {
  /** By device: the chance that it has been there by the deadline. */
  expected: ReadonlyMap<string, number>;
}

/** Time per stage, from when its devices were heard before. */
export function forecastContact(input: ForecastInput): StageContact[] {
  const zones = new Map<string, OpenHours>();
  const hoursOf = (site: string) => {
    const zone = input.sites.get(site)?.zone ?? 'UTC';
    const known = zones.get(zone) ?? openHoursOf(input.plan, zone);
    zones.set(zone, known);
    return known;
  };
  const byStage = input.plan.stages.map((): ForecastDevice[] => []);
  for (const one of input.devices) if (one.stage !== undefined) byStage[one.stage]?.push(one);
  const found: StageContact[] = [];
  let opensAfterMs = 0;
  for (const [index, devices] of byStage.entries()) {
    const stage = contactOfStage(input, { index, devices, opensAfterMs, hoursOf });
    found.push(stage);
    if (index >= input.open) opensAfterMs += stage.likelyMs;
  }
  return found;
}

interface StageOf {
  index: number;
  devices: readonly ForecastDevice[];
  opensAfterMs: number;
  hoursOf: (site: string) => OpenHours;
}

function contactOfStage(
  { now, plan }: ForecastInput,
  { index, devices, opensAfterMs, hoursOf }: StageOf,
): StageContact {
  const { soak = 0, deadline = 0, perHour } = plan.stages[index] ?? {};
  const chances = new Map<string, Chance>();
  let unknown = 0;
  for (const one of devices) {
    const { chance, isKnown } = chanceOf(one, hoursOf(one.site), { now, opensAt: now + opensAfterMs });
    chances.set(one.device, chance);
    if (!isKnown) unknown += 1;
  }
  const all = [...chances.values()];
  const share = (withinMs: number) => all.reduce((sum, chance) => sum + chance(withinMs), 0) / Math.max(all.length, 1);
  const open = Math.max(1 / 168, mean(devices.map(({ site }) => hoursOf(site).share)));
  const servingOf = (part: number) =>
    perHour === undefined ? 0 : (Math.max(0, Math.ceil((part * all.length) / perHour) - 1) * HOUR_MS) / open;
  const reach = (part: number) => {
    const contact = all.length === 0 ? undefined : firstReach(share, part);
    return contact === undefined ? undefined : Math.max(contact, servingOf(part));
  };
  const [half, ninety] = [reach(0.5), reach(0.9)];
  const silent = devices.filter(({ isOnline, isGiven, lastSeenAt }) => {
    return !isOnline && !isGiven && (lastSeenAt === null || lastSeenAt < now - SILENT_MS);
  });
  const expected = new Map([...chances].map(([device, chance]) => [device, chance(deadline)]));
  return {
    expected,
    devices: all.length,
    online: devices.filter(({ isOnline }) => isOnline).length,
    opensAfterMs,
    within: { hour: share(HOUR_MS), day: share(DAY_MS), week: share(7 * DAY_MS) },
    halfAfterMs: half,
    ninetyAfterMs: ninety,
    servingMs: servingOf(1),
    soakMs: soak,
    likelyMs: Math.min(ninety ?? deadline, deadline) + soak,
    byDeadline: Math.round([...expected.values()].reduce((sum, chance) => sum + chance, 0)),
    unknown,
    silent: silent.map(({ device }) => device).toSorted(),
  };
}

function chanceOf(
  { isGiven, isOnline, presence }: ForecastDevice,
  hours: OpenHours,
  { now, opensAt }: { now: number; opensAt: number },
): { chance: Chance; isKnown: boolean } {
  if (isGiven) return { chance: () => 1, isKnown: true };
  const delayMs = hours.delayMs(opensAt);
  // Who is there when nothing holds it up is given it at once; the past is not asked.
  if (isOnline && delayMs === 0) return { chance: () => 1, isKnown: true };
  const frozenMs = hours.frozenMs(opensAt);
  const inside = hours.within(presence);
  const curve = contactCurve(inside, now);
  // Nobody knows; a device that is there now is taken to be there when its window opens.
  if (curve(0) === undefined) return { chance: (ms) => (isOnline && ms >= delayMs ? 1 : 0), isKnown: isOnline };
  // Longer waits than the past is long are taken for as long as it is.
  const longestMs = pastOf(inside, now);
  return {
    chance: (ms) => (ms < delayMs ? 0 : (curve(Math.min(ms - frozenMs, longestMs)) ?? 0)),
    isKnown: true,
  };
}

/** Whole days since the first hour in which it was heard; ms. */
function pastOf([first]: readonly DayPresence[], now: number): number {
  if (first === undefined) return 0;
  const hour = 31 - Math.clz32(first.hours & -first.hours);
  return Math.floor((now - first.day * DAY_MS - hour * HOUR_MS) / DAY_MS) * DAY_MS;
}

/** The first whole hour after which the share is reached; ms. */
function firstReach(share: (withinMs: number) => number, part: number): number | undefined {
  if (share(0) >= part) return 0;
  let [low, high] = [0, HORIZON_HOURS];
  if (share(high * HOUR_MS) < part) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (share(middle * HOUR_MS) >= part) high = middle;
    else low = middle;
  }
  return high * HOUR_MS;
}

export function warnOfContact(stages: readonly ContactForecast[], { plan }: Pick<ForecastInput, 'plan'>): Warning[] {
  return plan.stages.flatMap((stage, index) => {
    const of = stages[index];
    if (of === undefined || of.devices === 0) return [];
    const warnings: Warning[] = [];
    const late = (sentence: string) => warnings.push({ level: 'late', stage: stage.name, sentence });
    if (of.ninetyAfterMs === undefined || of.ninetyAfterMs > stage.deadline) {
      const share = percent(of.byDeadline / of.devices);
      late(
        `by its deadline about ${of.byDeadline} of ${counted(of.devices, 'device')} (${share}) will have had a chance`,
      );
    }
    if (of.silent.length > 0) {
      const many = of.silent.length === 1 ? 'has' : 'have';
      late(`${counted(of.silent.length, 'device')} ${many} not been heard from for 30 days: ${listed(of.silent)}`);
    }
    return warnings;
  });
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
