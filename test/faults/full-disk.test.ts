import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createProcessTrial } from '@plumbline/agent/node';
import { createSeededRandom } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../fleet-server/src/entry/approver/index.ts';
import { readAddress } from '../../fleet-server/src/state-folder.ts';
import {
  balance,
  bulkyModel,
  bundleProgram,
  createFleet,
  createOperator,
  enrol,
  eventually,
  readExportedBooks,
  startDevice,
  startProgram,
  tinyModel,
  type Device,
  type Program,
  type TestFleet,
} from '../harness/index.ts';
import { skipReason } from '../harness/services/index.ts';
import { findSmallDisk, mountSmallDisk, type SmallDisk } from './small-disk.ts';

const why = skipReason(findSmallDisk());
const CLEAN = { lost: 0, doubled: 0, holes: 0 };
const MB = 2 ** 20;
const outcome = (ref: string) => ({
  activity: ref,
  field: 'outcome' as const,
  value: { label: 1 as const },
  actor: 'foreman',
  ref,
});
const record = (activity: string) => [{ activity, values: { a: 1, b: 2 }, asOf: 1 }];

describe.skipIf(why)(`a gateway whose disk is full to the last byte ${why ?? ''}`, () => {
  const trial = createProcessTrial();
  const random = createSeededRandom(47);
  const refs: string[] = [];
  let disk: SmallDisk;
  let fleet: TestFleet;
  let device: Device;
  let predicted = 0;
  /** By which the clock of the gateway is ahead. */
  let skewMs = 0;

  beforeAll(async () => {
    disk = mountSmallDisk(12 * MB);
    fleet = await createFleet({ lines: ['delay', 'bulky'] });
  });
  afterAll(async () => {
    await device?.stop();
    await trial.close();
    await fleet[Symbol.asyncDispose]();
    disk[Symbol.dispose]();
  });

  /** What was put off is tried again after ten minutes; nobody has to wait for them here. */
  const later = async () => {
    await device.stop();
    skewMs += 11 * 60_000;
    await device.start();
    await device.connects();
  };
  const keeps = async (ref: string) => {
    await device.agent.recordEntry(outcome(ref));
    refs.push(ref);
  };
  const predicts = async (activity: string) => {
    const [answer] = await device.agent.predict(record(activity), { line: 'delay' });
    predicted += 1;
    return answer?.score;
  };

  it('cannot enrol, and says why; with space again the same code is as good as before', async () => {
    const code = await fleet.code('gateway-1');
    const folder = join(disk.folder, 'gateway-1');
    disk.fill();
    await expect(enrol(folder, code)).rejects.toMatchObject({
      code: expect.stringMatching(/^(store_full|state_unwritable|store_unavailable)$/),
    });
    disk.free();
    await enrol(folder, code);
    device = await startDevice('gateway-1', folder, trial, ({ clock }) => ({
      clock: { ...clock, now: () => clock.now() + skewMs },
    }));
    await device.connects();
  });

  it('answers predictions, and refuses an outcome instead of promising what it cannot keep', async () => {
    const version = await fleet.publish(tinyModel('delay', 0));
    await fleet.assign('gateway-1', 'delay', version);
    await device.reaches('proving', 'delay', version);
    await keeps('before');
    const score = await predicts('before');
    await device.drains();

    disk.fill();
    const refused = await tryOutcomes(device, 'while', 8);
    expect(refused.codes).toContain('store_full');
    refs.push(...refused.kept);
    for (let i = 0; i < 50; i += 1) expect(await predicts(`while-${i}`)).toBe(score);
    disk.free();
    await eventually('an outcome is kept again', () =>
      keeps('after').then(
        () => true,
        () => false,
      ),
    );
    expect(await predicts('after')).toBe(score);
  });

  it('puts an install off, keeps what runs, and installs once there is space', async () => {
    const version = await fleet.publish(bulkyModel('bulky', 1.5 * MB, random.next));
    disk.fill();
    await fleet.assign('gateway-1', 'bulky', version);
    await eventually('it has met the full disk', () =>
      device.events.some(({ code, details }) => isFull(code, details)),
    );
    expect(device.line('bulky')?.active).toBeUndefined();
    expect(await predicts('no room')).toBeTypeOf('number');
    disk.free();
    await later();
    await device.reaches('proving', 'bulky', version);
  }, 150_000);

  it('fills up in the middle of a fetch, and goes on when there is space', async () => {
    const version = await fleet.publish(bulkyModel('bulky', 1.5 * MB, random.next));
    await device.agent.predict(
      Array.from({ length: 20 }, (_, i) => ({ activity: `bulky-${i}`, values: { a: i, b: 1 }, asOf: 1 })),
      { line: 'bulky' },
    );
    predicted += 20;
    await device.reaches('committed', 'bulky');
    const [from, told] = [fleet.blocks.length, device.events.length];
    await fleet.assign('gateway-1', 'bulky', version);
    await eventually('some of it has come', () => fleet.blocks.length > from + 3);
    disk.fill();
    await eventually('it has met the full disk', () =>
      device.events.slice(told).some(({ code, details }) => isFull(code, details)),
    );
    expect(device.line('bulky')?.running?.version).not.toBe(version);
    expect(await predicts('half fetched')).toBeTypeOf('number');
    disk.free();
    await later();
    await eventually('the release runs', () => device.line('bulky')?.running?.version === version);
    const served = fleet.blocks.slice(from);
    expect(served.length - new Set(served).size, 'blocks fetched twice').toBeLessThanOrEqual(2);
  }, 150_000);

  it('ends and starts on a full disk: the model that was active answers', async () => {
    await device.stop();
    disk.fill();
    await device.start();
    expect(await predicts('started full')).toBeTypeOf('number');
    disk.free();
  });

  it('has lost nothing it promised, and every prediction has arrived or is declared as lost', async () => {
    await device.connects();
    await eventually('an outcome is kept again', () =>
      keeps('at the end').then(
        () => true,
        () => false,
      ),
    );
    await device.drains();
    const books = await readExportedBooks(fleet.client);
    expect(balance(books, { refs, streams: Object.values(device.agent.state().outbox) })).toEqual(CLEAN);
    const { gapped } = await fleet.client.get<{ gapped: number }>('/api/v1/telemetry/counts');
    console.log(`predictions ${predicted}: ${books.predictions.size} arrived, ${gapped} rows declared as lost`);
    expect(books.predictions.size + gapped).toBeGreaterThanOrEqual(predicted);
  });
});

describe.skipIf(why)(`a server whose disk is full to the last byte ${why ?? ''}`, () => {
  it('acknowledges nothing that it could not commit, lives on, and takes everything once there is space', async () => {
    await using world = new AsyncDisposableStack();
    const disk = world.use(mountSmallDisk(48 * MB));
    const trial = createProcessTrial();
    world.defer(() => trial.close());
    const stateDir = join(disk.folder, 'server');
    // What is compiled lies elsewhere: it is not what fills up.
    const elsewhere = world.use(mountSmallDisk(64 * MB)).folder;
    const compiled = join(elsewhere, 'compiled');
    const main = await bundleProgram('plumbline', { folder: elsewhere, compiled });
    const ports = ['--http-port', '0', '--mqtt-port', '0'];
    const args = ['--json', '--state', stateDir, 'server', '--development', ...ports];
    const server: Program = await startProgram('plumbline', args, { compiled, main });
    world.defer(() => server.end('SIGKILL'));
    const operator = createOperator(createClient(await readAddress(stateDir)), stateDir, trial);
    const folder = join(elsewhere, 'gateway-1');
    await enrol(folder, await operator.code('gateway-1'));
    const device = world.use(await startDevice('gateway-1', folder, trial));
    await device.connects();
    await device.agent.recordEntry(outcome('before'));
    await device.drains();

    disk.fill();
    const refs = ['before'];
    for (let i = 0; i < 300; i += 1) {
      await device.agent.recordEntry({ ...outcome(`while-${i}`), activity: `A-${i} ${'x'.repeat(200)}` });
      refs.push(`while-${i}`);
    }
    await pause(500);
    const { entries } = device.agent.state().outbox;
    const kept = await readExportedBooks(operator.client);
    // What is acknowledged is there, and not all of it can be.
    expect(entries.acked).toBeLessThan(entries.lastSeq);
    expect(kept.highWater.get(entries.stream)).toBeGreaterThanOrEqual(entries.acked);

    disk.free();
    await device.drains();
    const books = await readExportedBooks(operator.client);
    expect(balance(books, { refs, streams: Object.values(device.agent.state().outbox) })).toEqual(CLEAN);
  }, 120_000);
});

function isFull(code: string, details: object): boolean {
  return /disk_full|store_full|no space/.test(code + JSON.stringify(details));
}

/** As many outcomes as it takes to be told that there is no space; those that were kept are promises all the same. */
async function tryOutcomes(device: Device, prefix: string, count: number) {
  const kept: string[] = [];
  const codes: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const ref = `${prefix}-${i}`;
    await device.agent.recordEntry(outcome(ref)).then(
      () => kept.push(ref),
      (error: { code?: string }) => codes.push(error.code ?? 'no code'),
    );
  }
  return { kept, codes };
}
