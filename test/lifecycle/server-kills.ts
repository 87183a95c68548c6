import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createProcessTrial } from '@plumbline/agent/node';
import type { Random } from '@plumbline/shared/ports';
import { createClient } from '../../fleet-server/src/entry/approver/index.ts';
import { readAddress } from '../../fleet-server/src/state-folder.ts';
import {
  balance,
  bundleProgram,
  createOperator,
  enrol,
  eventually,
  readExportedBooks,
  startDevice,
  startProgram,
  tinyModel,
  type Balance,
  type Device,
  type Program,
} from '../harness/index.ts';
import { freePort } from '../harness/services/child.ts';

/** Outcomes and predictions of each gateway in each life of the server. */
const ROWS = 20;
const KILL_WITHIN_MS = 60;

export interface ServerKills extends AsyncDisposable {
  /** Kills the server so often while rows come in, and starts it again each time. */
  lives(kills: number): Promise<void>;
  /** Kills that came after a commit and before the gateway had heard of it. */
  readonly unheard: number;
  /** Waits until all rows have arrived, and compares what the gateways promised with what the server exports. */
  close(): Promise<Balance & { acknowledged: number; outcomes: number; predicted: number; predictions: number }>;
}

/** A server in its own process that is killed again and again, and two gateways that work on. */
export async function createServerKills(random: Random): Promise<ServerKills> {
  const trial = createProcessTrial();
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-killed-'));
  const stateDir = join(folder, 'server');
  const compiled = join(folder, 'compiled');
  const main = await bundleProgram('plumbline', { folder, compiled });
  const [http, mqtt] = [await freePort(), await freePort()].map(String);
  const ports = ['--http-port', `${http}`, '--mqtt-port', `${mqtt}`];
  const start = (): Promise<Program> =>
    startProgram('plumbline', ['--json', '--state', stateDir, 'server', '--development', ...ports], { compiled, main });

  let server = await start();
  const operator = createOperator(createClient(await readAddress(stateDir)), stateDir, trial);
  const devices: Device[] = [];
  const refs: string[] = [];
  let life = 0;
  let predicted = 0;
  let unheard = 0;

  const version = await operator.publish(tinyModel('delay', 0));
  for (const name of ['gateway-1', 'gateway-2']) {
    await enrol(join(folder, name), await operator.code(name));
    const device = await startDevice(name, join(folder, name), trial);
    devices.push(device);
    await operator.assign(name, 'delay', version);
    await device.reaches('proving', 'delay', version);
  }

  /** Outcomes one after the other, each a promise once it resolves, and predictions beside them. */
  const work = async ({ name, agent }: Device) => {
    for (let i = 0; i < ROWS; i += 1) {
      const ref = `${name}-${life}-${i}`;
      await agent.recordEntry({ activity: ref, field: 'outcome', value: { label: 0 }, actor: 'foreman', ref });
      refs.push(ref);
      await agent.predict([{ activity: ref, values: { a: i, b: life }, asOf: life }]);
      predicted += 1;
    }
  };
  const acknowledged = () => devices.reduce((sum, { agent }) => sum + agent.state().outbox.entries.acked, 0);
  /** What each gateway believes the server to have, by stream. */
  const heard = () =>
    new Map(devices.flatMap(({ agent }) => Object.values(agent.state().outbox)).map((one) => [one.stream, one.acked]));

  const die = async () => {
    await Promise.all(devices.map((device) => device.connects()));
    const before = acknowledged();
    const working = Promise.all(devices.map(work));
    await eventually('rows are being taken', () => acknowledged() > before);
    // Not a wait for something: the moment of the kill is what the seed draws.
    await pause(random.next() * KILL_WITHIN_MS);
    await server.end('SIGKILL');
    await working;
  };

  return {
    get unheard() {
      return unheard;
    },
    async lives(kills) {
      for (let done = 0; done < kills; done += 1) {
        life += 1;
        await die();
        const known = heard();
        server = await start();
        const marks = await readMarks(operator.client);
        unheard += [...known].some(([stream, acked]) => (marks.get(stream) ?? 0) > acked) ? 1 : 0;
      }
    },
    async close() {
      await Promise.all(devices.map((device) => device.drains()));
      await eventually('both are known to be there', async () => {
        const views = await Promise.all(devices.map(({ name }) => operator.view(name)));
        return views.every(({ online }) => online);
      });
      const streams = devices.flatMap(({ agent }) => Object.values(agent.state().outbox));
      const books = await readExportedBooks(operator.client);
      const sums = balance(books, { refs, streams });
      return {
        ...sums,
        acknowledged: refs.length,
        outcomes: books.refs.size,
        predicted,
        predictions: books.predictions.size,
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(devices.map((device) => device.stop()));
      await server.end('SIGKILL');
      await trial.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** How far each stream is committed, by the server that has just come back. */
async function readMarks(client: { get<T>(path: string): Promise<T> }) {
  const { streams } = await client.get<{ streams: { id: string; highWater: number }[] }>('/api/v1/telemetry/streams');
  return new Map(streams.map(({ id, highWater }) => [id, highWater]));
}
