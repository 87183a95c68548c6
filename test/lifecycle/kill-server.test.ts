import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createProcessTrial } from '@plumbline/agent/node';
import { createSeededRandom } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../fleet-server/src/entry/approver/index.ts';
import { readAddress } from '../../fleet-server/src/state-folder.ts';
import {
  balance,
  compile,
  createOperator,
  enrol,
  eventually,
  readBooksOf,
  startDevice,
  startProgram,
  tinyModel,
  type Device,
  type Operator,
  type Program,
} from '../harness/index.ts';
import { freePort } from '../harness/services/child.ts';

const KILLS = 20;
const ROWS = 30;
const random = createSeededRandom(2027);

describe(`a server killed with SIGKILL while telemetry comes in, ${KILLS} seeded times`, () => {
  const trial = createProcessTrial();
  const devices: Device[] = [];
  const refs: string[] = [];
  let predictions = 0;
  let folder: string;
  let stateDir: string;
  let server: Program;
  let operator: Operator;
  let start: () => Promise<void>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plumbline-killed-'));
    stateDir = join(folder, 'server');
    const [http, mqtt] = [await freePort(), await freePort()].map(String);
    const ports = ['--http-port', `${http}`, '--mqtt-port', `${mqtt}`];
    await compile('plumbline', join(folder, 'compiled'));
    start = async () => {
      const args = ['--json', '--state', stateDir, 'server', '--development', ...ports];
      server = await startProgram('plumbline', args, { compiled: join(folder, 'compiled') });
    };
    await start();
    operator = createOperator(createClient(await readAddress(stateDir)), stateDir, trial);
    const version = await operator.publish(tinyModel('delay', 0));
    for (const name of ['gateway-1', 'gateway-2']) {
      await enrol(join(folder, name), await operator.code(name));
      const device = await startDevice(name, join(folder, name), trial);
      devices.push(device);
      await operator.assign(name, 'delay', version);
      await device.reaches('proving', 'delay', version);
    }
  });
  afterAll(async () => {
    await Promise.all(devices.map((device) => device.stop()));
    await server.end('SIGKILL');
    await trial.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Outcomes one after the other, each a promise once it resolves, and predictions beside them. */
  const work = async (device: Device, life: number) => {
    for (let i = 0; i < ROWS; i += 1) {
      const ref = `${device.name}-${life}-${i}`;
      await device.agent.recordOutcome({ activity: ref, label: 0, actor: 'foreman', ref });
      refs.push(ref);
      await device.agent.predict([{ activity: ref, values: { a: i, b: life }, asOf: life }]);
      predictions += 1;
    }
  };

  it('comes back each time, and takes what was under way', async () => {
    for (let life = 1; life <= KILLS; life += 1) {
      const acknowledged = () => devices.reduce((sum, { agent }) => sum + agent.state().outbox.entries.acked, 0);
      await Promise.all(devices.map((device) => device.connects()));
      const before = acknowledged();
      const working = Promise.all(devices.map((device) => work(device, life)));
      await eventually('rows are being taken', () => acknowledged() > before);
      await pause(random.next() * 60);
      await server.end('SIGKILL');
      await working;
      await start();
    }
    expect(refs).toHaveLength(KILLS * ROWS * devices.length);
  }, 240_000);

  it('has lost nothing, and doubled nothing', async () => {
    await Promise.all(devices.map((device) => device.drains()));
    const streams = devices.flatMap(({ agent }) => Object.values(agent.state().outbox));
    await eventually('both are known to be there', async () => {
      const views = await Promise.all(devices.map(({ name }) => operator.view(name)));
      return views.every(({ online }) => online);
    });
    await server.end('SIGTERM');
    const books = await readBooksOf(`sqlite:${join(stateDir, 'fleet.sqlite')}`);
    const sums = balance(books, { refs, streams });
    console.log(`kills ${KILLS}, acknowledged ${refs.length}, predictions ${predictions}: ${JSON.stringify(sums)}`);
    expect(sums).toEqual({ lost: 0, doubled: 0, holes: 0 });
    expect(books.refs.size).toBe(KILLS * ROWS * devices.length);
    expect(books.predictions.size).toBe(predictions);
  });
});
