import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rotateKey } from '../../fleet-server/src/supply/keys/index.ts';
import { createFleet, tinyModel, type Device, type TestFleet } from '../harness/index.ts';
import { expectAnswers, expectUnharmed, takeEvidence, type Evidence } from './evidence.ts';

const ROTATIONS = 20;

/** Row 18. */
describe('a device that was off while the root was rotated twenty times', () => {
  let fleet: TestFleet;
  let gateway: Device;
  let before: Evidence;

  beforeAll(async () => {
    fleet = await createFleet();
    gateway = await fleet.add('gateway-1');
    await fleet.publish(tinyModel('delay', 0));
    await fleet.assign(gateway.name, 'delay', '1.0.0');
    await gateway.reaches('proving', 'delay', '1.0.0');
    before = await takeEvidence(gateway, '1.0.0', 0);
    await gateway.reaches('committed', 'delay');
    await gateway.stop();
    const ceremony = { folder: join(fleet.stateDir, 'keys'), nowMs: Date.now() };
    for (let i = 0; i < ROTATIONS; i += 1) await rotateKey(ceremony, 'root');
    await fleet.restart();
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  it('walks every one of them when it comes back, and goes on with what it has', async () => {
    await gateway.start();
    await gateway.connects();
    await fleet.publish(tinyModel('delay', 5));
    await expectUnharmed(gateway, before);
    expect(fleet.blocks).toHaveLength(1);
  });

  it('ends trusting the last one, and updates', async () => {
    await fleet.assign(gateway.name, 'delay', '1.0.1');
    await gateway.reaches('proving', 'delay', '1.0.1');
    await expectAnswers(gateway, '1.0.1', 5);
    const [root] = gateway.agent.state().trust.documents;
    expect(root).toMatchObject({ role: 'root', version: 1 + ROTATIONS });
  });
});
