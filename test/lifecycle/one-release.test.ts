import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFleet, eventually, tinyModel, type Device, type TestFleet } from '../harness/index.ts';
import { CLEAN, drainedBooks, foreign, installIris, predictFlowers, publishIris, work } from './iris-release.ts';

describe.skipIf(foreign.absent)(`one release through the house${foreign.absent ? ` (${foreign.absent})` : ''}`, () => {
  let fleet: TestFleet;
  let gateway: Device;
  const refs: string[] = [];
  let predictions = 0;

  beforeAll(async () => {
    fleet = await createFleet();
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  const workOn = async (round: string) => {
    refs.push(await work(gateway, round));
    predictions += 3;
  };

  it('is taken in, sealed, and a release only when the approver has signed', async () => {
    await publishIris(fleet);
    const { models } = await fleet.client.get<{ models: unknown[] }>('/api/v1/models');
    expect(models).toMatchObject([{ line: 'iris', version: '1.0.0', state: 'published', counter: 1 }]);
    expect(await fleet.approve()).toEqual([]);
  });

  it('is run by a gateway that was enrolled with a one-time code, and answers as the bare runtime does', async () => {
    gateway = await fleet.add('gateway-1');
    await expect(predictFlowers(gateway, 'early')).rejects.toMatchObject({ code: 'no_model' });
    await installIris(fleet, gateway);
    predictions += 3;
    expect(gateway.slot('iris')).toBe(join(gateway.folder, 'files/slots/iris/A'));
    expect(fleet.blocks).toEqual([0]);
  });

  it('is proven in the eyes of the server by the hash that runs', async () => {
    const { sha256 } = gateway.line('iris')?.target ?? {};
    const model = await eventually('the report says committed', async () => {
      const { report } = await fleet.view(gateway.name);
      return report?.models.find(({ state }) => state === 'committed');
    });
    expect(model).toMatchObject({ model: 'iris', slot: 'A', running: { sha256 } });
  });

  it('goes on answering while the broker is away, and every row arrives once when it is back', async () => {
    await gateway.drains();
    const before = await fleet.client.get<{ rows: number }>('/api/v1/telemetry/counts');
    await fleet.cut();
    await eventually('the gateway has noticed', () => !gateway.agent.state().connected);
    for (const round of ['cut-1', 'cut-2', 'cut-3']) await workOn(round);
    expect(await fleet.client.get('/api/v1/telemetry/counts')).toMatchObject({ rows: before.rows });
    await fleet.restore();
    expect(await drainedBooks(fleet, refs)).toEqual({ ...CLEAN, outcomes: refs.length, predictions });
  });

  it('answers from its disk after a restart without a network', async () => {
    const before = (await predictFlowers(gateway, 'before')).map(({ score }) => score);
    predictions += 3;
    await fleet.cut();
    await gateway.stop();
    await gateway.start();
    expect((await predictFlowers(gateway, 'after')).map(({ score }) => score)).toEqual(before);
    predictions += 3;
    expect(gateway.agent.state().connected).toBe(false);
    await workOn('alone');
    await fleet.restore();
    expect(await drainedBooks(fleet, refs)).toEqual({ ...CLEAN, outcomes: refs.length, predictions });
    expect(fleet.blocks).toEqual([0]);
  });

  it('is followed by what was assigned while a gateway was off, though the server was started anew meanwhile', async () => {
    await fleet.publish(tinyModel('delay', 0));
    await gateway.stop();
    await fleet.assign(gateway.name, 'delay', '1.0.0');
    await fleet.restart();
    await gateway.start();
    await gateway.reaches('proving', 'delay', '1.0.0');
    expect(gateway.line('iris')?.state).toBe('committed');
    expect(await drainedBooks(fleet, refs)).toEqual({ ...CLEAN, outcomes: refs.length, predictions });
  });

  it('left an unbroken audit trail', async () => {
    expect(await fleet.client.get('/api/v1/audit')).toMatchObject({ chain: null });
  });
});
