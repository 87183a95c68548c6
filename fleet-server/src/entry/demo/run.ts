import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { readConfig } from '../../config.ts';
import { isNew, issueSetupCode } from '../../platform/access/index.ts';
import { openDataset, registerDataset, type Dataset } from '../../learning/datasets/index.ts';
import { createFleetServer } from '../../server.ts';
import { makeDevelopmentKeys } from '../../supply/keys/index.ts';
import { dropAcks, flipBundleByte, type Faults } from '../mqtt/index.ts';
import { balance } from './acts/account.ts';
import { planOrSay, tellData, tellRelease, tellTraining } from './acts/opening.ts';
import { generateDataset } from './generator/index.ts';
import type { DemoOptions } from './options.ts';
import { surviveOutage } from './acts/outage.ts';
import { iso, type ReplayPlan } from './plan-replay.ts';
import { measureQuality, qualityTable } from './acts/quality.ts';
import { createReplayClock } from './replay-clock.ts';
import { createTeller, type Teller } from './report.ts';
import { awaitApproval, rollOut } from './acts/rollout.ts';
import { drained, openSites, planSites, viewOf } from './acts/sites.ts';
import type { Stage } from './stage.ts';
import { passYears } from './acts/years.ts';

const ALL_STEPS = [
  'data',
  'training',
  'gate',
  'release',
  'agents',
  'rollout',
  'outage',
  'years',
  'drift',
  'retraining',
  'quality',
];
const OUTAGE_MS = 60 * 86_400_000;
const DRAIN_MS = 120_000;

/** The main job, told from beginning to end. @returns whether every claim that was printed holds */
export async function runDemo(options: DemoOptions, stopped: () => Promise<void>): Promise<boolean> {
  const teller = createTeller((text) => console.log(text));
  for (const step of ALL_STEPS) teller.step(step, 'not-applicable');
  const stateDir = resolve(options.state ?? (await mkdtemp(join(tmpdir(), 'plumbline-'))));
  try {
    const dataset = await readData(options);
    const plan = planOrSay(teller, dataset);
    tellData(teller, dataset, plan?.rule);
    const trained = await tellTraining(teller, plan?.history ?? dataset, options.seed);
    teller.step('gate', trained.gate.verdict === 'pass' ? 'done' : 'refused');
    if (trained.gate.verdict === 'refuse') {
      teller.line('nothing is registered and nothing is rolled out: that is the right end for such data');
      return await finish(teller, options);
    }
    if (plan === undefined) return await finish(teller, options);
    return await playOnStage(teller, options, { dataset, plan, trained, stateDir }, stopped);
  } finally {
    if (options.state === undefined) await rm(stateDir, { recursive: true, force: true });
  }
}

async function playOnStage(
  teller: Teller,
  options: DemoOptions,
  play: { dataset: Dataset; plan: ReplayPlan; trained: Awaited<ReturnType<typeof tellTraining>>; stateDir: string },
  stopped: () => Promise<void>,
): Promise<boolean> {
  const { plan, stateDir } = play;
  const clock = createReplayClock(plan.startAt);
  const modelLine = lineName(play.dataset);
  // A line exists because the offline keys say so; here they are development keys, made for this story.
  await makeDevelopmentKeys(join(stateDir, 'keys'), clock.now(), { lines: [modelLine] });
  const server = await createFleetServer(configOf(options, stateDir), {
    clock,
    faults: faultsOf(options),
    advanceByTimer: false,
    log: pino({ level: 'info' }, pino.destination({ dest: join(stateDir, 'server.log'), mkdir: true, sync: true })),
  });
  const stage: Stage = {
    options,
    teller,
    server,
    clock,
    plan,
    line: modelLine,
    stateDir,
    agents: [],
    approver: undefined,
    recorded: new Set(),
  };
  try {
    await registerDataset(server.fleet, 'user:operator', plan.history);
    stage.approver = startApprover(stateDir);
    const release = await tellRelease(stage, play.trained);
    const approved = await awaitApproval(stage, release.version);
    teller.claim('the approver process examined the bundle and signed it', approved);
    teller.step('release', 'done');

    teller.heading(`Agents, at ${iso(clock.now())}`);
    const entries = await planSites(stage);
    const began = performance.now();
    await openSites(stage);
    teller.line(
      `${stage.agents.length} agents enrolled and started in processes of their own in ${((performance.now() - began) / 1000).toFixed(1)} s; ${entries} planned activities in their site logs`,
    );
    teller.step('agents', 'done');

    teller.heading('First rollout');
    const completed = await rollOut(stage, release.version);
    teller.claim(`the rollout of ${release.version} completed on every device`, completed);
    teller.step('rollout', completed ? 'done' : 'refused');
    if (!completed) return await finish(teller, options);

    teller.heading('An outage');
    await surviveOutage(stage, Math.min(clock.now() + OUTAGE_MS, plan.endAt));

    teller.heading('Years move on');
    await passYears(stage, release.version);
    teller.claim('every row of every device has arrived', await drained(stage, DRAIN_MS));
    teller.step('years', 'done');
    teller.step('drift', teller.report.drift.length > 0 ? 'done' : 'not-applicable');
    teller.step('retraining', teller.report.retrainings.length > 0 ? 'done' : 'not-applicable');
    if (!teller.report.drift.some((one) => one['alarm'] === true)) teller.line('no drift found');

    teller.heading('Quality before and after, per year of planned end');
    await measureQuality(stage, release.version);
    for (const line of qualityTable(teller.report.quality)) teller.line(line);
    teller.step('quality', 'done');

    teller.heading('The books');
    await balance(stage);
    const { telemetry } = teller.report;
    teller.line(
      `${telemetry.rows} rows kept (${Object.entries(telemetry.byKind)
        .map(([kind, rows]) => `${rows} ${kind}`)
        .join(', ')}); ${telemetry.sentAgain} came again and were passed over`,
    );
    teller.claim(
      `rows lost: ${telemetry.lost}, doubled: ${telemetry.doubled}`,
      telemetry.lost === 0 && telemetry.doubled === 0,
    );
    await tellAgents(stage);
    const holds = await finish(teller, options);
    if (!options.exit) {
      console.log(await consoleLine(server));
      console.log(
        `\nThe fleet stays up: API ${server.url}/api/v1 (token in ${join(stateDir, 'operator.token')}, authority in ${join(stateDir, 'keys/repository/ca.pem')}), MQTT ${server.mqttUrl}, state ${stateDir}. Ctrl-C ends it.`,
      );
      await stopped();
    }
    return holds;
  } finally {
    stage.approver?.kill('SIGTERM');
    await Promise.all(stage.agents.map((agent) => agent.stop()));
    await server.close();
  }
}

/** Where to look at it, with the code that makes the first user; people live by the real clock. */
async function consoleLine({ fleet, url }: Stage['server']): Promise<string> {
  if (!(await isNew(fleet.database.db))) return `\nThe console: ${url}`;
  const { code } = await fleet.database.transaction((tx) => issueSetupCode(tx, 'user:operator', Date.now()));
  return `\nThe console, for whoever comes first, within an hour: ${url}/setup#code=${code}`;
}

async function readData(options: DemoOptions): Promise<Dataset> {
  if (options.data === undefined) return generateDataset({ seed: options.seed, sites: options.sites, firstYear: 2020 });
  const hasRoles = Object.keys(options.roles).length > 0;
  return openDataset([resolve(options.data)], hasRoles ? { roles: options.roles } : {});
}

function configOf(options: DemoOptions, stateDir: string) {
  return readConfig({
    PLUMBLINE_STATE: stateDir,
    PLUMBLINE_DEVELOPMENT: '1',
    PLUMBLINE_HTTP_PORT: String(options.httpPort),
    PLUMBLINE_MQTT_PORT: String(options.mqttPort),
  });
}

function faultsOf(options: DemoOptions): Faults {
  if (options.inject === 'drop-ack') return { dropAck: dropAcks() };
  if (options.inject === 'flip-bundle-byte') return { alterBlock: flipBundleByte(3) };
  return {};
}

/** The second signature comes from another process, with a key this one does not hold. */
function startApprover(stateDir: string): ChildProcess {
  const cli = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
  return spawn(process.execPath, [cli, '--state', stateDir, 'approver', '--interval-ms', '200', '--replay-clock'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function lineName(dataset: Dataset): string {
  return `delay-${dataset.reader.replaceAll(/[^a-z0-9-]/g, '-')}`;
}

async function tellAgents(stage: Stage): Promise<void> {
  for (const agent of stage.agents) {
    const view = await viewOf(agent);
    stage.teller.report.agents.push({
      device: agent.device,
      site: agent.site,
      url: agent.url(),
      stateDir: agent.stateDir,
      ...view,
    });
  }
}

async function finish(teller: Teller, options: DemoOptions): Promise<boolean> {
  if (options.json !== undefined) await teller.write(resolve(options.json));
  const failed = teller.report.claims.filter((one) => !one.holds);
  console.log(failed.length === 0 ? '\nEvery claim above holds.' : `\n${failed.length} claims do not hold.`);
  return failed.length === 0;
}
