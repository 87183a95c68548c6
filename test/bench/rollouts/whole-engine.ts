import {
  advanceRollout,
  createRollout,
  getRollout,
  listMembers,
  parsePlan,
  startRollout,
  type RolloutPlan,
} from '../../../fleet-server/src/delivery/rollouts/index.ts';
import {
  createRolloutWorld,
  type RolloutWorld,
} from '../../../fleet-server/src/delivery/rollouts/testing/rollout-world.ts';
import { loneFigure, type LoneFigure } from '../measure/figure.ts';
import { createAgenda } from './agenda.ts';
import { drawDevices, FLEET, saidBy, servedAfter, SHA256, type DrawnDevice, type Phase } from './outcome-model.ts';
import { play, type PlayOptions, type Played } from './play.ts';

const HOUR_MS = 3_600_000;
const MODEL = { ...FLEET, devices: 200 };
const OPTIONS: PlayOptions = { model: MODEL, lookMs: 600_000, untilMs: 60 * HOUR_MS };
const FAILING = [0.005, 0.005, 0.1, 0.1, 0.4, 0.4];

/** A road for 200 devices, short enough for a database to walk it a few times. */
export function shortPlan(seed: number): RolloutPlan {
  const stage = { soak: '4h', deadline: '2d' };
  return parsePlan({
    line: 'delay',
    version: '1.1.0',
    stages: [
      {
        name: 'canary',
        size: { percent: 25 },
        ...stage,
        gates: { failures: { atMost: 0.02, sureBelow: 0.25 } },
      },
      { name: 'everything', size: { percent: 100 }, ...stage },
    ],
    gates: { errors: { atMost: 0.01 }, latency: { atMost: 1.5 }, memory: { atMost: 1.5 } },
    seed,
  });
}

export type Walked = Pick<Played, 'verdict' | 'stage' | 'exposed' | 'endedAt'>;

/** The same as `play`, by the whole engine: verbs, rows, signed assignments, reports. */
export async function playWhole(
  world: RolloutWorld,
  plan: RolloutPlan,
  devices: readonly DrawnDevice[],
  { model, lookMs, untilMs }: PlayOptions,
): Promise<Walked> {
  await world.reset();
  await world.addDevices(devices.map(({ id }) => id));
  const { clock, deps } = world;
  const { db } = deps.database;
  const startedAt = clock.now();
  const agenda = createAgenda(lookMs);
  let doing: (() => Promise<void>)[] = [];
  const later = (time: number, act: () => Promise<void>) => agenda.at(time, () => void doing.push(act));
  for (const { id, awayUntil } of devices.filter((one) => one.awayUntil > 0)) {
    await world.setOnline(id, false);
    if (awayUntil < untilMs) later(awayUntil, () => world.setOnline(id, true));
  }
  const { id } = await createRollout(deps, 'bench:author', plan);
  await startRollout(deps, 'bench:author', id);
  const seen = new Set<string>();
  const serving = new Map<DrawnDevice, number>();
  let revision = -1;
  for (let now = 0; now <= untilMs; now += lookMs) {
    let isNew = agenda.reach(now);
    for (const act of doing) await act();
    doing = [];
    if (now % HOUR_MS < lookMs && serving.size > 0) {
      isNew = true;
      for (const [device, since] of serving) await report(world, model, device, 'decided', now - since);
    }
    const { state, revision: before } = await getRollout(db, id);
    const soak = plan.stages[state.stage]?.soak ?? 0;
    const isDue = state.stageStatus === 'soaking' && now - (state.since - startedAt) >= soak;
    const isLate = now - (state.openedAt - startedAt) >= (plan.stages[state.stage]?.deadline ?? 0);
    if (isNew || isDue || isLate || before !== revision) await advanceRollout(deps, id);
    const rollout = await getRollout(db, id);
    revision = before;
    for (const { device: name, assignedAt } of await listMembers(db, id)) {
      const device = devices.find((one) => one.id === name);
      if (assignedAt === null || device === undefined || seen.has(name)) continue;
      seen.add(name);
      const begunAt = now + device.contactMs;
      later(begunAt, () => report(world, model, device, 'begun', undefined));
      later(begunAt + device.decideMs, async () => {
        await report(world, model, device, 'decided', undefined);
        if (!device.fails) serving.set(device, clock.now() - startedAt);
      });
    }
    const { status, asks, stage } = rollout.state;
    const verdict = status === 'completed' ? 'completed' : status === 'paused' ? 'stopped' : asks ? 'held' : undefined;
    if (verdict !== undefined) return { verdict, stage, exposed: seen.size, endedAt: now };
    await clock.advance(lookMs);
  }
  const { stage } = (await getRollout(db, id)).state;
  return { verdict: 'held', stage, exposed: seen.size, endedAt: untilMs };
}

const RUNNING_BEFORE = { sha256: SHA256.before, version: '1.0.0', counter: 1 };

async function report(
  world: RolloutWorld,
  model: PlayOptions['model'],
  device: DrawnDevice,
  phase: Phase,
  servedMs: number | undefined,
): Promise<void> {
  const { state, proof, reason } = saidBy(device, phase);
  const { latencyRatio, memoryRatio } = device;
  const served = servedMs === undefined ? undefined : servedAfter(model, device, servedMs);
  await world.report(device.id, {
    state,
    ...(proof && { proof }),
    ...(reason && { reason }),
    ...(state !== 'committed' && { running: RUNNING_BEFORE }),
    shadow: { records: 60, agreement: 1, meanShift: 0, maxShift: 0, latencyRatio, memoryRatio },
    ...(served && {
      served: { sha256: SERVING, since: 0, predictions: served.predictions - served.errors, errors: served.errors },
    }),
  });
}

/** Of 1.1.0 in `createRolloutWorld`. */
const SERVING = '110'.padEnd(64, 'a');

/** Both ways over the same devices; they have to say the same to the last device and the same look. */
export async function* wholeEngineAgrees(): AsyncGenerator<LoneFigure> {
  await using world = await createRolloutWorld();
  let same = 0;
  for (const [i, failing] of FAILING.entries()) {
    const seed = 100 + i;
    const devices = drawDevices(MODEL, failing, seed);
    const { verdict, stage, exposed, endedAt } = play(shortPlan(seed), devices, OPTIONS);
    const whole = await playWhole(world, shortPlan(seed), devices, OPTIONS);
    if (JSON.stringify(whole) === JSON.stringify({ verdict, stage, exposed, endedAt })) same += 1;
    else
      console.log(
        `  seed ${seed}: the whole engine ${JSON.stringify(whole)}, its parts`,
        verdict,
        stage,
        exposed,
        endedAt,
      );
  }
  yield loneFigure({
    name: 'releases the whole engine plays likewise',
    unit: '%',
    ours: (100 * same) / FAILING.length,
    reason: `${same} of ${FAILING.length} over ${MODEL.devices} devices in a database: same verdict, stage, devices and look`,
  });
}
