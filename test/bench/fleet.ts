import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createProcessTrial } from '@plumbline/agent/node';
import type { Rollout } from '../../fleet-server/src/delivery/rollouts/index.ts';
import { createClient, type Client } from '../../fleet-server/src/entry/approver/index.ts';
import { tinyModel } from '../harness/models.ts';
import { createOperator } from '../harness/operator.ts';
import { findMosquitto } from '../harness/services/index.ts';
import { freePort, startUntil, stopChild } from '../harness/services/child.ts';
import type { BarePlan } from './fleet/bare-server.ts';
import type { FromClients } from './fleet/clients-process.ts';
import { countsOf, scriptOf, startRecorded, updateOf, type RecordedAgent } from './fleet/real-agents.ts';
import type { Counts, FleetPlan, Script } from './fleet/script.ts';
import type { ServerPlan, Usage } from './fleet/server-process.ts';
import { figureOf, loneFigure, type Figure, type LoneFigure } from './measure/figure.ts';

const AGENTS = 10_000;
const REAL = 20;
/** A thousand take 80 s on two busy cores. */
const PATIENCE_MS = 2_400_000;
const GATES = { minimum: 1, proven: { atLeast: 0.99 }, failures: { atMost: 0.01 } };

/**
 * From the start of a rollout until so many devices have proven it, over real sockets, beside the same messages through
 * a bare Mosquitto. Devices are light clients that replay, message by message, what real agents said in the same run:
 * ten thousand agent cores do not fit beside a server on two cores, and are not what is measured.
 */
export async function* fleet({ agents = AGENTS }: { agents?: number } = {}): AsyncGenerator<Figure | LoneFigure> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  try {
    console.log(
      `  ${agents} light clients, plain TCP on loopback (development flag), load ${loadavg()[0]?.toFixed(1)}`,
    );
    const ours = await measureOurs(folder, agents);
    yield* alone(ours, agents);
    const bare = await measureBare(folder, agents, ours.script);
    if (typeof bare === 'string') console.log(`  no figure of a bare Mosquitto: ${bare}`);
    else yield* compared(ours, bare, agents);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Measured {
  connectMs: number;
  /** From the order to start until the last device held its assignment, and until the last had said its last word. */
  fanOutMs: number;
  untilDoneMs: number;
  /** Signed assignments to everybody once more, several times. */
  againMs: number[];
  /** From the order to start on. */
  counts: Counts;
  hashes: { checked: number; wrong: number };
}

interface Ours extends Measured {
  script: Script;
  completedMs: number;
  usage: Usage;
  idleRssMb: number;
  real: Counts[];
  serverCpuMs: number;
}

async function measureOurs(folder: string, agents: number): Promise<Ours> {
  const stateDir = join(folder, 'server');
  const server = child('server-process.ts', { stateDir, agents } satisfies ServerPlan);
  const started = (await told(server)) as { url: string; mqttUrl: string; operatorToken: string };
  const client = createClient(started);
  const trial = createProcessTrial();
  const real: RecordedAgent[] = [];
  try {
    const operator = createOperator(client, stateDir, trial);
    const version = await operator.publish(tinyModel('delay', 0));
    for (let i = 1; i <= REAL; i += 1) {
      const code = await operator.code(`real-${i}`, ['real']);
      real.push(await startRecorded(join(folder, `real-${i}`), code, trial));
    }
    await pause(2000);
    await rollOut(client, version, 'real', async () => {
      const asked = real.filter(({ agent }) => agent.state().lines[0]?.state !== 'committed');
      for (const { agent } of asked) await agent.predict([RECORD]).catch(() => undefined);
    });
    await pause(1000);
    const counted = real.map(({ heard }) => countsOf(updateOf(heard)));
    const sizes = counted.map(({ bytesUp, bytesDown }) => bytesUp + bytesDown);
    const typical = sizes.toSorted((x, y) => x - y)[REAL >> 1] ?? 0;
    const recorded = real[sizes.indexOf(typical)];
    const script = recorded && scriptOf(recorded.heard);
    if (script === undefined) throw new RangeError('no real agent was recorded');
    for (const one of real) await one.stop();

    const port = Number(new URL(started.mqttUrl).port);
    const clients = child('clients-process.ts', { port, agents, script, side: 'ours' } satisfies FleetPlan);
    const connected = await clientsSay(clients, 'connected');
    server.send('usage');
    const idle = (await told(server)) as Usage;
    server.send('profile');
    const startedAt = Date.now();
    const done = clientsSay(clients, 'done');
    await rollOut(client, version, 'light', () => Promise.resolve());
    const completedMs = Date.now() - startedAt;
    const finished = await done;
    server.send('usage');
    const usage = (await told(server)) as Usage;
    const againMs = await fanOutAgain(server, clients);
    clients.send('end');
    return {
      ...measuredOf(startedAt, connected, finished),
      againMs,
      script,
      completedMs,
      usage,
      idleRssMb: idle.rssMb,
      real: counted,
      serverCpuMs: usage.cpuMs - idle.cpuMs,
    };
  } finally {
    await trial.close();
    server.send('end');
    await Promise.race([once(server, 'exit'), pause(20_000)]);
    server.kill('SIGKILL');
  }
}

const RECORD = { values: { a: 1.5, b: 0.25 }, asOf: 0 };

/** Creates and starts a rollout to everybody with this tag; resolves when it completed. */
async function rollOut(client: Client, version: string, tag: string, meanwhile: () => Promise<void>): Promise<void> {
  const stages = [{ name: 'all', selector: `tag = "${tag}"`, size: { percent: 100 } }];
  const settings = { proveRecords: 1, proveTimeoutMs: 60_000 };
  const plan = { line: 'delay', version, stages, gates: GATES, settings };
  const { id } = await client.post<{ id: string }>('/api/v1/rollouts', plan);
  await client.post(`/api/v1/rollouts/${id}/start`, {});
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    await pause(1000);
    await meanwhile();
    const { state } = await client.get<Rollout>(`/api/v1/rollouts/${id}`);
    if (state.status === 'completed') return;
    if (state.status !== 'running' || Date.now() > until) {
      throw new Error(`the rollout to ${tag} is ${state.status}: ${state.reason}`);
    }
  }
}

async function measureBare(
  folder: string,
  agents: number,
  script: Script,
): Promise<(Measured & { peakRssMb: number }) | string> {
  const found = findMosquitto();
  if (found.service === null) return found.reason;
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false', 'log_dest stderr'];
  // As root it would otherwise change to a user who cannot read the folder; nothing is dropped for want of room.
  const rest = ['user root', 'max_queued_messages 0', 'max_inflight_messages 0', ''];
  await writeFile(config, [...lines, ...rest].join('\n'));
  const mosquitto = await startUntil(/mosquitto version \S+ running/, found.service, ['-c', config], { cwd: folder });
  const server = child('bare-server.ts', { port, agents, desiredBytes: script.desiredBytes } satisfies BarePlan);
  try {
    await told(server);
    const clients = child('clients-process.ts', { port, agents, script, side: 'bare' } satisfies FleetPlan);
    const connected = await clientsSay(clients, 'connected');
    const startedAt = Date.now();
    const done = clientsSay(clients, 'done');
    server.send('again');
    const finished = await done;
    const status = await readFile(`/proc/${mosquitto.pid}/status`, 'utf8').catch(() => '');
    const againMs = await fanOutAgain(server, clients);
    clients.send('end');
    const peakRssMb = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
    return { ...measuredOf(startedAt, connected, finished), againMs, peakRssMb };
  } finally {
    server.kill('SIGKILL');
    await stopChild(mosquitto, 'SIGTERM');
  }
}

const AGAIN = 5;

/** What was signed is published to everybody once more, with everybody connected and nobody saying anything. */
async function fanOutAgain(server: ChildProcess, clients: ChildProcess): Promise<number[]> {
  const spent: number[] = [];
  for (let i = 0; i < AGAIN; i += 1) {
    const waiting = clientsSay(clients, 'waiting');
    const again = clientsSay(clients, 'again');
    clients.send('again');
    await waiting;
    const startedAt = Date.now();
    server.send('again');
    spent.push((await again).at - startedAt);
  }
  return spent;
}

type Said<T extends FromClients['type']> = Extract<FromClients, { type: T }>;

function measuredOf(startedAt: number, connected: Said<'connected'>, done: Said<'done'>): Omit<Measured, 'againMs'> {
  const since = (of: keyof Counts) => done.totals[of] - connected.totals[of];
  return {
    connectMs: connected.ms,
    fanOutMs: done.lastDesiredAt - startedAt,
    untilDoneMs: done.lastDoneAt - startedAt,
    counts: {
      messagesUp: since('messagesUp'),
      messagesDown: since('messagesDown'),
      bytesUp: since('bytesUp'),
      bytesDown: since('bytesDown'),
    },
    hashes: { checked: done.totals.hashesChecked, wrong: done.totals.hashesWrong },
  };
}

function* alone(ours: Ours, agents: number): Generator<LoneFigure> {
  const { counts, usage, script, real, hashes } = ours;
  const each = (of: keyof Counts) => (counts[of] / agents).toFixed(1);
  const theirs = (of: keyof Counts) => (real.reduce((sum, one) => sum + one[of], 0) / real.length).toFixed(1);
  console.log(`  a light client: ${trafficOf(each)}`);
  console.log(`  a real agent (mean of ${real.length}): ${trafficOf(theirs)}`);
  const words = script.update.map(({ channel }) => channel).join(' ');
  console.log(
    `  it says on connect: ${script.connect.map(({ channel }) => channel).join(' ')}; from the assignment on: ${words}`,
  );
  console.log(`  ${hashes.checked} hashes checked, ${hashes.wrong} wrong; refused: ${JSON.stringify(usage.refused)}`);
  for (const one of usage.top) console.log(`    server: ${one}`);
  yield loneFigure({
    name: `${agents} agents connect`,
    unit: 's',
    ours: ours.connectMs / 1000,
    reason: 'token, session, birth, first report, site log',
  });
  yield loneFigure({
    name: 'from start to completed',
    unit: 's',
    ours: ours.completedMs / 1000,
    reason: `last word of a device after ${(ours.untilDoneMs / 1000).toFixed(1)} s, ${(ours.serverCpuMs / 1000).toFixed(1)} s of CPU in the server`,
  });
  yield loneFigure({
    name: 'messages of the rollout',
    unit: '',
    ours: counts.messagesUp + counts.messagesDown,
    reason: `${(counts.bytesUp + counts.bytesDown).toLocaleString('en')} bytes of MQTT`,
  });
  yield loneFigure({
    name: 'memory of the server, peak',
    unit: 'MB',
    ours: usage.peakRssMb,
    reason: `${ours.idleRssMb.toFixed(0)} MB with all connected, before the rollout`,
  });
}

function* compared(
  ours: Measured,
  bare: Measured & { peakRssMb: number },
  agents: number,
): Generator<Figure | LoneFigure> {
  const against = 'bare Mosquitto';
  const budget = { rule: 'at most', limit: 1.5 } as const;
  const pair = (of: 'fanOutMs' | 'untilDoneMs' | 'connectMs') => [{ ours: ours[of] / 1000, bare: bare[of] / 1000 }];
  const again = ours.againMs.map((ms, i) => ({ ours: ms / 1000, bare: (bare.againMs[i] ?? Number.NaN) / 1000 }));
  yield figureOf(
    { name: `fan-out to ${agents} agents, signed before`, unit: 's', against, by: 'ratio', budget },
    again,
  );
  yield figureOf(
    { name: 'assignments, signed and answered meanwhile', unit: 's', against, by: 'ratio' },
    pair('fanOutMs'),
  );
  yield figureOf({ name: 'from start to the last word', unit: 's', against, by: 'ratio' }, pair('untilDoneMs'));
  yield figureOf({ name: 'connecting', unit: 's', against, by: 'ratio' }, pair('connectMs'));
  const bytes = ({ counts }: Measured) => counts.bytesUp + counts.bytesDown;
  yield figureOf({ name: 'bytes of both', unit: 'bytes', against, by: 'ratio' }, [
    { ours: bytes(ours), bare: bytes(bare) },
  ]);
  yield loneFigure({ name: 'memory of Mosquitto, peak', unit: 'MB', ours: bare.peakRssMb, reason: 'in the same run' });
}

function child(file: string, plan: object): ChildProcess {
  const process = fork(new URL(`./fleet/${file}`, import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  process.send(plan);
  return process;
}

/** The next thing a child says. @throws what it says went wrong, or that it ended */
async function told(process: ChildProcess): Promise<unknown> {
  const ended = once(process, 'exit').then(([code]) => Promise.reject(new Error(`a child ended: ${String(code)}`)));
  const [message] = (await Promise.race([once(process, 'message'), ended])) as [unknown];
  const failed = (message as { failed?: string }).failed;
  if (failed !== undefined) throw new Error(failed);
  return message;
}

function clientsSay<T extends 'connected' | 'done' | 'waiting' | 'again'>(
  clients: ChildProcess,
  type: T,
): Promise<Said<T>> {
  const { promise, resolve, reject } = Promise.withResolvers<Said<T>>();
  const failed = (reason: string) => reject(new Error(reason));
  const hear = (message: FromClients) => {
    if (message.type === type) resolve(message as Said<T>);
    if (message.type === 'failed') failed(message.reason);
  };
  const ended = (code: number | null) => failed(`the clients ended: ${code}`);
  clients.on('message', hear).once('exit', ended);
  return promise.finally(() => clients.off('message', hear).off('exit', ended));
}

function trafficOf(of: (key: keyof Counts) => string): string {
  const [up, down] = [
    `${of('messagesUp')} messages, ${of('bytesUp')} bytes`,
    `${of('messagesDown')} messages, ${of('bytesDown')} bytes`,
  ];
  return `${up} up; ${down} down`;
}
