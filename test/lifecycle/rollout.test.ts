import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rollout } from '../../fleet-server/src/delivery/rollouts/index.ts';
import { createFleet, eventually, tinyModel, tinyScore, type Device, type TestFleet } from '../harness/index.ts';

const RECORD = { values: { a: 1.5, b: 0.25 }, asOf: 0 };
/** Version → the bias it was made with, so that an answer says which version gave it. */
const BIAS = { '1.0.0': 0, '1.0.1': 0.5, '1.0.2': 1, '1.0.3': 1.5 } as const;
type Version = keyof typeof BIAS;

const planOf = (version: Version, stages: unknown[]) => ({
  line: 'delay',
  version,
  stages,
  gates: { minimum: 1, proven: { atLeast: 1 }, failures: { atMost: 0 } },
  onFailure: 'revert',
  seed: 7,
  settings: { proveRecords: 1, proveTimeoutMs: 60_000 },
});
const CANARY = { name: 'canary', size: { count: 1 } };
const ALL = { name: 'everybody', size: { percent: 100 } };

/** A shadow run starts processes of its own, and all gateways of this file wait for one trial: on a busy machine that takes its time. */
const PATIENCE = { withinMs: 150_000, turnMs: 100 };
const TIMEOUT_MS = 200_000;

/** Version that answers on a gateway. */
const runs = (device: Device) => device.line('delay')?.running?.version;

describe('a staged rollout over three gateways', { timeout: TIMEOUT_MS }, () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await createFleet({ agents: 3 });
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  const publish = async (version: Version) => {
    expect(await fleet.publish(tinyModel('delay', BIAS[version]))).toBe(version);
  };
  const start = async (version: Version, stages = [CANARY, ALL]): Promise<string> => {
    const { id } = await fleet.client.post<{ id: string }>('/api/v1/rollouts', planOf(version, stages));
    await fleet.client.post(`/api/v1/rollouts/${id}/start`, {});
    return id;
  };
  const order = (id: string, word: 'pause' | 'resume' | 'stop' | 'revert') =>
    fleet.client.post<Rollout>(`/api/v1/rollouts/${id}/${word}`, { reason: 'a test said so' });
  const stateOf = async (id: string) => (await fleet.client.get<Rollout>(`/api/v1/rollouts/${id}`)).state;
  const running = () => fleet.devices.map(runs);
  const count = (version: Version) => running().filter((one) => one === version).length;
  /** Every gateway that has a model is asked once, which is what proves a new one. */
  const traffic = async () => {
    for (const device of fleet.devices) if (runs(device)) await device.agent.predict([RECORD]);
  };
  const live = (what: string, done: () => boolean | Promise<boolean>) =>
    eventually(
      what,
      async () => {
        await traffic();
        await fleet.server.advance();
        return done();
      },
      PATIENCE,
    );
  const completes = (id: string) =>
    live('the rollout completed', async () => (await stateOf(id)).status === 'completed');
  const proven = (version: Version, devices: number) =>
    eventually(
      `the server knows of ${devices} proven ${version}`,
      async () => {
        await traffic();
        const views = await Promise.all(fleet.devices.map(({ name }) => fleet.view(name)));
        const committed = views.filter(({ report }) => {
          const [model] = report?.models ?? [];
          return model?.state === 'committed' && model.running?.version === version;
        });
        return committed.length === devices;
      },
      PATIENCE,
    );

  it('reaches one gateway first, and the others when that one has proven it', async () => {
    await publish('1.0.0');
    const id = await start('1.0.0');
    await proven('1.0.0', 1);
    expect(count('1.0.0')).toBe(1);
    const assigned = await Promise.all(fleet.devices.map(async ({ name }) => (await fleet.view(name)).assignedSeq));
    expect(assigned.toSorted()).toEqual([0, 0, 1]);
    await completes(id);
    expect(running()).toEqual(Array(3).fill('1.0.0'));
  });

  it('stands still while it is paused, and goes on when it is resumed', async () => {
    await publish('1.0.1');
    const id = await start('1.0.1');
    await order(id, 'pause');
    await proven('1.0.1', 1);
    for (let look = 0; look < 3; look += 1) await fleet.server.advance();
    expect(await stateOf(id)).toMatchObject({ status: 'paused', stage: 0 });
    expect(count('1.0.0')).toBe(2);
    await order(id, 'resume');
    await completes(id);
    expect(running()).toEqual(Array(3).fill('1.0.1'));
    for (const { agent } of fleet.devices) {
      const [prediction] = await agent.predict([RECORD]);
      expect(prediction?.score).toBeCloseTo(tinyScore(BIAS['1.0.1'], 1.5, 0.25), 6);
    }
  });

  it('leaves everybody where they are when it is stopped, and goes back by the return ticket without fetching', async () => {
    await publish('1.0.2');
    const id = await start('1.0.2');
    await proven('1.0.2', 1);
    expect((await order(id, 'stop')).state.status).toBe('stopped');
    await fleet.server.advance();
    expect([count('1.0.2'), count('1.0.1')]).toEqual([1, 2]);
    await expect(order(id, 'resume')).rejects.toMatchObject({ code: 'rollout_move_illegal', field: 'state' });

    const fetched = fleet.blocks.length;
    expect((await order(id, 'revert')).state.status).toBe('reverted');
    await proven('1.0.1', 3);
    expect(fleet.blocks).toHaveLength(fetched);
  });

  it('is undone for a gateway that was off during the revert as soon as it comes back', async () => {
    await publish('1.0.3');
    const id = await start('1.0.3', [ALL]);
    await completes(id);
    expect(running()).toEqual(Array(3).fill('1.0.3'));
    const absent = fleet.devices[2];
    await absent?.stop();
    const fetched = fleet.blocks.length;
    await order(id, 'revert');
    const present = fleet.devices.slice(0, 2);
    await eventually('those present are back', () => present.every((device) => runs(device) === '1.0.1'), PATIENCE);

    await absent?.start();
    expect(absent && runs(absent)).toBe('1.0.3');
    await absent?.reaches('proving', 'delay', '1.0.1');
    await proven('1.0.1', 3);
    expect(fleet.blocks).toHaveLength(fetched);
  });

  it('can be read again, decision by decision', async () => {
    const { rollouts } = await fleet.client.get<{ rollouts: Rollout[] }>('/api/v1/rollouts');
    expect(rollouts.map(({ version, state }) => [version, state.status])).toEqual([
      ['1.0.3', 'reverted'],
      ['1.0.2', 'reverted'],
      ['1.0.1', 'completed'],
      ['1.0.0', 'completed'],
    ]);
    const paused = rollouts[2];
    const { decisions } = await fleet.client.get<{ decisions: { verdict: string; sentence: string }[] }>(
      `/api/v1/rollouts/${paused?.id}`,
    );
    const verdicts = decisions.map(({ verdict }) => verdict);
    for (const verdict of ['start', 'pause', 'resume', 'pass']) expect(verdicts).toContain(verdict);
    expect(decisions.every(({ sentence }) => sentence.length > 0)).toBe(true);
  });
});
