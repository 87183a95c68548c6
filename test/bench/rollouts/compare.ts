import { createChance } from '@plumbline/shared/testing/world';
import { drawFleet } from '../../../fleet-server/src/delivery/rehearsal/fleet/draw.ts';
import { readScenario } from '../../../fleet-server/src/delivery/rehearsal/index.ts';
import { parsePlan } from '../../../fleet-server/src/delivery/rollouts/index.ts';
import { drawDevices, FLEET, type DrawnDevice, type OutcomeModel } from './outcome-model.ts';
import { play, type Played } from './play.ts';
import { rehearsed, type Rehearsed } from './rehearsed.ts';

/** One rehearsal with the agent core, and the same fleet drawn from the outcome model. */
export interface Compared {
  number: number;
  scenario: string;
  rehearsal: Rehearsed;
  model: Omit<Played, 'looks'>;
}

export const REHEARSALS = 20;
const DEVICES = 30;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Small bundles and few plans: what a rehearsal pays for is bytes and messages. */
const SMALL = { days: 1, release: { bytes: 30_000 }, traffic: { activitiesPerDay: 0 }, devices: { offline: 0.1 } };
const fails = (share: number) => ({ ...SMALL, candidate: { fails: { share, how: 'load' } } });

/** In turn, so that each is played under five seeds. */
const SCENARIOS = {
  good: SMALL,
  'failing on 10 %': fails(0.1),
  'failing on 30 %': fails(0.3),
  'failing on 60 %': fails(0.6),
};

/** Times of the rehearsal's own devices: nothing but its link and its look come between them and the agent's settings. */
const MODEL: OutcomeModel = {
  ...FLEET,
  devices: DEVICES,
  contact: { medianMs: 0.5 * MINUTE_MS, sigma: 0.3 },
  proof: { medianMs: 10.2 * MINUTE_MS, sigma: 0.02 },
  failure: { medianMs: 0.1 * MINUTE_MS, sigma: 0.3 },
};

/** @param number from 0; also tells its seed */
export async function compareOne(number: number): Promise<Compared> {
  const seed = number + 1;
  const entries = Object.entries(SCENARIOS);
  const [name, scenario] = entries[number % entries.length] ?? ['good', SMALL];
  const stage = { soak: '20m', deadline: '2h' };
  const written = {
    line: 'delay',
    version: '1.1.0',
    stages: [
      { name: 'canary', size: { count: 15 }, ...stage },
      { name: 'all', size: { percent: 100 }, ...stage },
    ],
    gates: { failures: { atMost: 0.05 }, proven: { atLeast: 0.8 } },
    seed,
  };
  const rehearsal = await rehearsed({ plan: written, scenario, devices: DEVICES, seed });
  const drawn = sameDevices(readScenario(JSON.stringify(scenario)), seed);
  const { looks: _, ...model } = play(parsePlan(written), drawn, {
    model: MODEL,
    lookMs: MINUTE_MS,
    untilMs: 24 * HOUR_MS,
  });
  return { number, scenario: name, rehearsal, model };
}

/** The fleet as the rehearsal draws it: the same devices fail and are away. What is left to the model is time. */
function sameDevices(scenario: ReturnType<typeof readScenario>, seed: number): DrawnDevice[] {
  const chance = createChance(seed).branch('fleet');
  const { devices } = drawFleet(scenario, { inventory: undefined, count: DEVICES, chance });
  const times = drawDevices(MODEL, 0.5, seed);
  const quick = times.filter((one) => one.fails);
  const slow = times.filter((one) => !one.fails);
  return devices.map(({ id, isAiling, isOffline }, i) => {
    const among = isAiling ? quick : slow;
    const like = among[i % among.length] ?? times[0];
    if (like === undefined) throw new RangeError('a model of no devices');
    return { ...like, id, fails: isAiling, awayUntil: isOffline ? Infinity : 0 };
  });
}
