import { freezeOn, isInWindow, wallTimeAt, type WallTime } from '../plan/windows.ts';
import type { RolloutPlan } from '../plan/rollout-plan.ts';

/** Why a device is not given the release now. */
export const OBSTACLES = [
  'frozen',
  'barred',
  'site-closed',
  'offline',
  'rejected',
  'penalty',
  'held',
  'freeze-date',
  'window',
  'rate',
  'under-way',
] as const;
export type Obstacle = (typeof OBSTACLES)[number];

/**
 * What passes by itself: gates wait for the devices held up so. The rest may last for ever, so such a device counts like
 * one that had no chance: it neither blocks a stage nor speaks for it.
 */
export const PASSING: ReadonlySet<Obstacle> = new Set(['frozen', 'freeze-date', 'window', 'rate', 'under-way']);

export const WORDS: Readonly<Record<Obstacle, string>> = {
  frozen: 'held by the freeze of the fleet',
  barred: 'not in good standing',
  'site-closed': 'on a site that is not open',
  offline: 'away',
  rejected: 'have refused these bytes for good',
  penalty: 'in the penalty box',
  held: 'held by another rollout',
  'freeze-date': 'within a freeze date',
  window: 'outside their window',
  rate: 'over the hourly rate',
  'under-way': 'behind those under way',
};

/** A member that waits for its turn. */
export interface Waiting {
  device: string;
  stage: number;
  site: string;
  isActive: boolean;
  isOnline: boolean;
  lastSeenAt: number | null;
}

export interface Situation {
  now: number;
  plan: Pick<RolloutPlan, 'window' | 'freezes'>;
  isFrozen: boolean;
  sites: ReadonlyMap<string, { zone: string; state: string }>;
  penalised: ReadonlySet<string>;
  rejecting: ReadonlySet<string>;
  /** Devices that another rollout of the line has, and may keep. */
  held: ReadonlySet<string>;
  /** By stage, how many more devices may be given the release now. */
  room: ReadonlyMap<number, { rate: number; underWay: number }>;
}

export interface Turns {
  due: Waiting[];
  obstacles: Map<string, Obstacle>;
}

/** A device that was heard from so recently counts as there: it finds its assignment when it comes again. */
const HEARD_MS = 60_000;

/**
 * Sorts who may be given the release now from who has to wait, and says why. Pure. Devices heard from most recently
 * come first, so that a limit is spent on those that can act.
 */
export function sortByTurn(waiting: readonly Waiting[], situation: Situation): Turns {
  const obstacles = new Map<string, Obstacle>();
  const left = new Map([...situation.room].map(([stage, room]) => [stage, { ...room }]));
  const wallTimes = new Map<string, WallTime>();
  const wallTimeIn = (zone: string) => {
    const known = wallTimes.get(zone) ?? wallTimeAt(situation.now, zone);
    wallTimes.set(zone, known);
    return known;
  };
  const due: Waiting[] = [];
  for (const one of waiting.toSorted(byTurn)) {
    const room = left.get(one.stage);
    const obstacle = ownObstacle(one, situation, wallTimeIn) ?? roomObstacle(room);
    if (obstacle !== undefined) {
      obstacles.set(one.device, obstacle);
      continue;
    }
    due.push(one);
    if (room !== undefined) {
      room.rate -= 1;
      room.underWay -= 1;
    }
  }
  return { due, obstacles };
}

function ownObstacle(
  one: Waiting,
  { now, plan, sites, ...situation }: Situation,
  wallTimeIn: (zone: string) => WallTime,
): Obstacle | undefined {
  if (!one.isActive) return 'barred';
  const site = sites.get(one.site);
  if (site !== undefined && site.state !== 'open') return 'site-closed';
  if (!one.isOnline && (one.lastSeenAt === null || one.lastSeenAt < now - HEARD_MS)) return 'offline';
  if (situation.rejecting.has(one.device)) return 'rejected';
  if (situation.penalised.has(one.device)) return 'penalty';
  if (situation.held.has(one.device)) return 'held';
  if (situation.isFrozen) return 'frozen';
  if (plan.window === undefined && plan.freezes.length === 0) return undefined;
  const wall = wallTimeIn(site?.zone ?? 'UTC');
  if (freezeOn(plan.freezes, wall) !== undefined) return 'freeze-date';
  return plan.window === undefined || isInWindow(plan.window, wall) ? undefined : 'window';
}

function roomObstacle(room: { rate: number; underWay: number } | undefined): Obstacle | undefined {
  if (room === undefined) return undefined;
  if (room.rate <= 0) return 'rate';
  return room.underWay <= 0 ? 'under-way' : undefined;
}

function byTurn(a: Waiting, b: Waiting): number {
  if (a.stage !== b.stage) return a.stage - b.stage;
  if (a.isOnline !== b.isOnline) return a.isOnline ? -1 : 1;
  return (b.lastSeenAt ?? 0) - (a.lastSeenAt ?? 0) || (a.device < b.device ? -1 : 1);
}

/** How many wait for what, in words: `12 outside their window, 3 over the hourly rate`. */
export function describeObstacles(obstacles: Iterable<Obstacle>): string {
  const counts: Partial<Record<Obstacle, number>> = {};
  for (const one of obstacles) counts[one] = (counts[one] ?? 0) + 1;
  return OBSTACLES.filter((one) => (counts[one] ?? 0) > 0)
    .map((one) => `${counts[one]} ${WORDS[one]}`)
    .join(', ');
}
