import { loadavg } from 'node:os';
import { loneFigure, type LoneFigure } from './measure/figure.ts';
import { REHEARSALS, type Compared } from './rollouts/compare.ts';
import { HAWKBIT } from './rollouts/hawkbit.ts';
import { LOOK_MS, type PlayedRelease, type RehearsalJob, type ReleasesJob } from './rollouts/jobs.ts';
import { lookCosts } from './rollouts/look-cost.ts';
import { FLEET } from './rollouts/outcome-model.ts';
import { PLANS, type PlanName } from './rollouts/plans.ts';
import { runInThreads } from './rollouts/pool.ts';
import { percent, quantile, wilson } from './rollouts/summary.ts';
import { wholeEngineAgrees } from './rollouts/whole-engine.ts';

const SEED = 1;
const GOOD = 0.005;
/** What the budget is about. */
const ASKED = 0.1;
const FAILING = [0.05, 0.1, 0.2, 0.5];
const RELEASES = 1000;
/** Of each of the other shares: they are there to see the curve. */
const FEWER = 5;
const CHUNK = 25;

/**
 * How far a bad release gets, and how often a good one is stopped: rollouts by the engine's own machine, draw, turns and
 * gates over devices drawn from an outcome model, beside hawkBit's rule over the same devices; then what a look costs.
 */
export async function* rollouts({ releases = RELEASES }: { releases?: number } = {}): AsyncGenerator<LoneFigure> {
  describe(releases);
  for (const plan of Object.keys(PLANS) as PlanName[]) {
    yield* goodOnes(plan, await playAll(plan, GOOD, releases));
    for (const failing of FAILING) {
      const count = failing === ASKED ? releases : Math.ceil(releases / FEWER);
      yield* badOnes(plan, failing, await playAll(plan, failing, count));
    }
  }
  yield* wholeEngineAgrees();
  yield* lookCosts();
  yield* rehearsals();
}

function describe(releases: number): void {
  const { devices, away, returning, contact, proof, failure } = FLEET;
  console.log(
    `  fleet of ${devices}, ${percent(away)} away (${percent(returning)} of them come back within a day on average); ` +
      `medians: contact ${minutes(contact.medianMs)}, proof ${minutes(proof.medianMs)}, failure ${minutes(failure.medianMs)}; ` +
      `a look every ${minutes(LOOK_MS)}; seeds ${SEED}–${SEED + releases - 1}; load ${loadavg()[0]?.toFixed(1)}`,
  );
  for (const [name, plan] of Object.entries(PLANS)) {
    const stages = plan(1).stages.map((stage) => {
      const size = 'percent' in stage.size ? `${stage.size.percent} %` : String(stage.size.count);
      const below = stage.gates?.failures?.sureBelow;
      return `${stage.name} ${size}${below === undefined ? '' : ` surely below ${percent(below, 0)}`}`;
    });
    console.log(`  plan ${name}: ${stages.join(' → ')}; gates ${Object.keys(plan(1).gates).join(', ')}`);
  }
  console.log(
    `  hawkBit: stops at ${percent(HAWKBIT.errorShare, 0)} failed, goes on at ${percent(HAWKBIT.successShare, 0)} finished, both of all targets of the group`,
  );
}

async function playAll(plan: PlanName, failing: number, count: number): Promise<PlayedRelease[]> {
  const seeds = Array.from({ length: count }, (_, i) => SEED + i);
  const jobs: ReleasesJob[] = [];
  for (let i = 0; i < seeds.length; i += CHUNK) {
    jobs.push({ kind: 'releases', plan, failing, seeds: seeds.slice(i, i + CHUNK) });
  }
  return runInThreads<ReleasesJob, PlayedRelease>(jobs);
}

function* goodOnes(plan: PlanName, played: readonly PlayedRelease[]): Generator<LoneFigure> {
  const of = (verdict: string) => played.filter(({ ours }) => ours.verdict === verdict).length;
  const stopped = of('stopped');
  const { low, high } = wilson(stopped, played.length);
  const gates = [...new Set(played.flatMap(({ ours }) => (ours.verdict === 'stopped' ? [ours.gate] : [])))];
  const theirs = (verdict: string) =>
    percent(played.filter(({ hawkbit }) => hawkbit.verdict === verdict).length / played.length);
  yield loneFigure({
    name: `${plan}: good releases stopped falsely`,
    unit: '%',
    ours: (100 * stopped) / played.length,
    reason: `${stopped} of ${played.length} that fail on ${percent(GOOD)} (95 % interval ${percent(low, 2)} to ${percent(high, 2)})${stopped > 0 ? ` by ${gates.join(', ')}` : ''}; hawkBit ${theirs('stopped')}`,
    budget: { rule: 'at most', limit: 1 },
  });
  const held = played.filter(({ ours }) => ours.verdict === 'held');
  const byStage = PLANS[plan](1).stages.map(
    ({ name }, stage) => `${name} ${held.filter(({ ours }) => ours.stage === stage).length}`,
  );
  yield loneFigure({
    name: `${plan}: good releases held for a person`,
    unit: '%',
    ours: (100 * held.length) / played.length,
    reason: `by stage ${byStage.join(', ')}; hawkBit stuck ${theirs('stuck')}`,
  });
  const completed = played.filter(({ ours }) => ours.verdict === 'completed');
  const days = completed.map(({ ours }) => ours.endedAt / 86_400_000);
  yield loneFigure({
    name: `${plan}: good releases that complete`,
    unit: '%',
    ours: (100 * completed.length) / played.length,
    reason: `${completed.length > 0 ? `in ${quantile(days, 0.5).toFixed(1)} days (median)` : 'none'}; hawkBit ${theirs('completed')}`,
  });
}

function* badOnes(plan: PlanName, failing: number, played: readonly PlayedRelease[]): Generator<LoneFigure> {
  const exposed = played.map(({ ours }) => ours.exposed);
  const theirs = played.map(({ hawkbit }) => hawkbit.exposed);
  const of = (verdict: string) => percent(played.filter(({ ours }) => ours.verdict === verdict).length / played.length);
  const [canary] = PLANS[plan](1).stages;
  const canaryDevices =
    canary !== undefined && 'percent' in canary.size ? (FLEET.devices * canary.size.percent) / 100 : 0;
  const limit = canaryDevices + 0.05 * FLEET.devices;
  yield loneFigure({
    name: `${plan}: devices reached, failing on ${percent(failing, 0)}, p95`,
    unit: 'devices',
    ours: quantile(exposed, 0.95),
    reason: `${played.length} releases: ${quantiles(exposed)}; ${of('stopped')} stopped, ${of('held')} held, ${of('completed')} completed; hawkBit ${quantiles(theirs)}`,
    // Canary and 5 % of the fleet, for a release that fails on a tenth of it.
    ...(failing === ASKED && { budget: { rule: 'at most', limit } as const }),
  });
}

async function* rehearsals(): AsyncGenerator<LoneFigure> {
  const jobs = Array.from({ length: REHEARSALS }, (_, number): RehearsalJob => ({ kind: 'rehearsal', number }));
  const compared = await runInThreads<RehearsalJob, Compared>(jobs);
  for (const { number, scenario, rehearsal, model } of compared.filter((one) => !isSame(one))) {
    console.log(`  rehearsal ${number + 1} (${scenario}): ${endOf(rehearsal)}; the model ${endOf(model)}`);
  }
  const off = compared.map(({ rehearsal, model }) => Math.abs(rehearsal.exposed - model.exposed));
  yield loneFigure({
    name: 'rehearsals that decide as the outcome model does',
    unit: '%',
    ours: (100 * compared.filter(isSame).length) / compared.length,
    reason: `${compared.filter(isSame).length} of ${compared.length} reach the same verdict and stage; devices reached differ by ${quantile(off, 0.5)} (median), ${quantile(off, 1)} at most`,
  });
  for (const outcome of ['proven', 'failed'] as const) {
    const seconds = (of: (one: Compared) => number[]) => compared.flatMap((one) => of(one).map((ms) => ms / 1000));
    const [agents, drawn] = [
      seconds(({ rehearsal }) => rehearsal.decideMs[outcome]),
      seconds(({ model }) => model.decideMs[outcome]),
    ];
    yield loneFigure({
      name: `time until ${outcome}, agent core, median`,
      unit: 's',
      ours: quantile(agents, 0.5),
      reason: `p10 / p50 / p90 ${spreadOf(agents)} s of ${agents.length} devices; the model ${spreadOf(drawn)} s of ${drawn.length}; a look every minute on both sides`,
    });
  }
}

function minutes(ms: number): string {
  return `${(ms / 60_000).toFixed(1)} min`;
}

function quantiles(values: readonly number[]): string {
  return `p50 ${quantile(values, 0.5)}, p95 ${quantile(values, 0.95)}, max ${quantile(values, 1)}`;
}

function spreadOf(values: readonly number[]): string {
  return [0.1, 0.5, 0.9].map((share) => quantile(values, share).toFixed(0)).join(' / ');
}

function isSame({ rehearsal, model }: Compared): boolean {
  return rehearsal.verdict === model.verdict && rehearsal.stage === model.stage;
}

function endOf({ verdict, stage, exposed }: Compared['rehearsal'] | Compared['model']): string {
  return `${verdict} in stage ${stage} after ${exposed} devices`;
}
