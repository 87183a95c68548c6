import { drawDevices, FLEET } from './outcome-model.ts';
import { compareOne, type Compared } from './compare.ts';
import { playHawkbit, type HawkbitPlayed } from './hawkbit.ts';
import { PLANS, type PlanName } from './plans.ts';
import { play, type Played } from './play.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Looks of a rollout that is watched all the time; a minute is less than anything takes that devices do. */
export const LOOK_MS = 5 * MINUTE_MS;
export const UNTIL_MS = 60 * DAY_MS;

/** Releases that fail on this share of devices, one for each seed. */
export interface ReleasesJob {
  kind: 'releases';
  plan: PlanName;
  failing: number;
  seeds: number[];
  devices?: number;
}

export interface RehearsalJob {
  kind: 'rehearsal';
  number: number;
}

export interface PlayedRelease {
  seed: number;
  ours: Omit<Played, 'decideMs'>;
  hawkbit: HawkbitPlayed;
}

export function playReleases({ plan, failing, seeds, devices = FLEET.devices }: ReleasesJob): PlayedRelease[] {
  const model = { ...FLEET, devices };
  return seeds.map((seed) => {
    const drawn = drawDevices(model, failing, seed);
    const written = PLANS[plan](seed);
    const { decideMs: _, ...ours } = play(written, drawn, { model, lookMs: LOOK_MS, untilMs: UNTIL_MS });
    return { seed, ours, hawkbit: playHawkbit(written, drawn, UNTIL_MS) };
  });
}

export async function runRehearsal({ number }: RehearsalJob): Promise<Compared[]> {
  return [await compareOne(number)];
}
