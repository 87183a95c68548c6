import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, NATIVE_PACKAGES } from '../../agent/packaging/build-agent.ts';
import { eventually } from '../harness/eventually.ts';
import { createFleet } from '../harness/fleet.ts';
import { tinyModel } from '../harness/models.ts';
import { measureIdle, monthOf } from './agent/idle-month.ts';
import { measureStart, type Started, type StartOptions } from './agent/started.ts';
import { figureOf, loneFigure, type Figure, type LoneFigure } from './measure/figure.ts';
import type { Pair } from './measure/pairs.ts';

const PAIRS = 11;
const CONNECTED_PAIRS = 5;
const GATEWAY_KEEPALIVE_S = 240;
const MODULES = fileURLToPath(new URL('../../agent/node_modules/', import.meta.url));
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/**
 * The agent as it is installed, one file, beside a process with the same libraries and the same model that does nothing
 * else, packed and started the same way. Cold means: from the start of the process to the first answer of its API,
 * with the files in the page cache and without a network. The model is as small as one can be, which is the hardest
 * case: a larger one weighs the same on both sides.
 */
export async function* agent(): AsyncGenerator<Figure | LoneFigure> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-agent-'));
  try {
    const dist = join(folder, 'dist');
    mkdirSync(join(dist, 'node_modules'), { recursive: true });
    for (const name of NATIVE_PACKAGES) symlinkSync(join(MODULES, name), join(dist, 'node_modules', name));
    await bundle(path('../../agent/packaging/entry.ts'), dist, 'agent.mjs');
    await bundle(path('../../agent/packaging/bare-gateway.ts'), dist, 'bare.mjs');
    yield* measured(folder, dist);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* measured(folder: string, dist: string): AsyncGenerator<Figure | LoneFigure> {
  const state = join(folder, 'state');
  await using fleet = await createFleet();
  const version = await fleet.publish(tinyModel('delay', 0));
  const device = await fleet.add('gateway-1');
  await fleet.assign('gateway-1', 'delay', version);
  await device.reaches('proving', 'delay', version);
  const record = { values: { a: 1, b: 0.5 } };
  await device.agent.predict([{ ...record, asOf: Date.now() }]);
  const model = join(device.slot('delay'), 'model.onnx');
  await device.stop();
  cpSync(device.folder, state, { recursive: true });
  const local = join(folder, 'model.onnx');
  cpSync(model, local);
  const ours: StartOptions = {
    args: [join(dist, 'agent.mjs'), 'run', '--state', state, '--port', '0', '--json', '--first-delay-ms', '0'],
    record,
    environment: { NODE_COMPILE_CACHE: join(folder, 'compiled') },
  };
  const bare = (...more: string[]): StartOptions => ({
    ...ours,
    args: [join(dist, 'bare.mjs'), '--state', join(folder, 'bare.sqlite'), '--model', local, ...more],
  });

  const connected = await pairs(CONNECTED_PAIRS, { ...ours, settled: isConnected }, bare('--mqtt'));
  yield memory('memory, one model, connected', 'rssMb', connected);
  yield memory('memory, one model, connected, anonymous', 'anonMb', connected);
  const idle = await measureIdle(state);
  await fleet.cut();
  const offline = await pairs(PAIRS, ours, bare());
  yield figureOf(
    {
      name: 'cold start from disk, no network',
      unit: 'ms',
      against: 'bare process',
      by: 'ratio',
      budget: { rule: 'at most', limit: 1.3 },
    },
    offline.map((pair) => ({ ours: pair.ours.coldMs, bare: pair.bare.coldMs })),
  );
  yield figureOf(
    { name: 'cold start, computing time', unit: 'ms', against: 'bare process', by: 'ratio' },
    offline.map((pair) => ({ ours: pair.ours.cpuMs, bare: pair.bare.cpuMs })),
  );
  yield memory('memory, one model, no network', 'rssMb', offline);
  for (const keepaliveS of [GATEWAY_KEEPALIVE_S, 60]) {
    const { dataKb, wireKb } = monthOf(idle, keepaliveS);
    const about = `one keep-alive in ${keepaliveS} s, 24 reports, 1 renewal and 1 reconnect a day`;
    const name = `idle month, keep-alive ${keepaliveS} s`;
    yield loneFigure({ name, unit: 'KB', ours: dataKb, reason: `TLS and all above it; ${about}` });
    yield loneFigure({
      name: `${name}, with TCP/IP`,
      unit: 'KB',
      ours: wireKb,
      reason: '52 bytes a segment and its ack',
    });
  }
  const { connect, ping, report } = idle;
  const bytes = (of: typeof ping) => `${Math.round(of.upBytes)} up, ${Math.round(of.downBytes)} down`;
  console.log(
    `  bytes of a connection: ${bytes(connect)}; a keep-alive: ${bytes(ping)}; an hourly report: ${bytes(report)}`,
  );
}

async function isConnected(url: string): Promise<void> {
  await eventually('the agent is connected', async () => {
    const health = (await (await fetch(new URL('/v1/health', url))).json()) as { connected: boolean };
    return health.connected;
  });
}

interface StartedPair {
  ours: Started;
  bare: Started;
}

/** Interleaved; one round that does not count comes first, and leaves compiled code behind for both. */
async function pairs(count: number, ours: StartOptions, bare: StartOptions): Promise<StartedPair[]> {
  await measureStart(ours);
  await measureStart(bare);
  const all: StartedPair[] = [];
  for (let pair = 0; pair < count; pair += 1) {
    const first = await measureStart(pair % 2 === 0 ? ours : bare);
    const second = await measureStart(pair % 2 === 0 ? bare : ours);
    all.push(pair % 2 === 0 ? { ours: first, bare: second } : { ours: second, bare: first });
  }
  return all;
}

function memory(name: string, of: 'rssMb' | 'anonMb', measurements: readonly StartedPair[]): Figure {
  const all: Pair[] = measurements.map((pair) => ({ ours: pair.ours[of], bare: pair.bare[of] }));
  return figureOf(
    { name, unit: 'MB', against: 'bare process', by: 'ratio', budget: { rule: 'at most', limit: 1.15 } },
    all,
  );
}
