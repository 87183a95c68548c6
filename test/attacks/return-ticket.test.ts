import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rollout } from '../../fleet-server/src/delivery/rollouts/index.ts';
import type { VersionSummary } from '../../fleet-server/src/supply/models/index.ts';
import { createFleet, tinyModel, type Device, type TestFleet } from '../harness/index.ts';
import { expectAnswers, expectUnharmed, refuses, takeEvidence, type Evidence } from './evidence.ts';
import { assignedOf, order } from './forge.ts';
import { onlineKeysOf } from './thief.ts';

const OLD = 0;
const NEW = 5;
const PLAN = {
  line: 'delay',
  version: '1.0.1',
  stages: [{ name: 'everybody', size: { percent: 100 } }],
  gates: { minimum: 1, proven: { atLeast: 1 }, failures: { atMost: 0 } },
  onFailure: 'revert',
  seed: 7,
  settings: { proveRecords: 1, proveTimeoutMs: 60_000 },
};

describe('going back at night, when every offline key and the approver are away', () => {
  let fleet: TestFleet;
  let gateway: Device;
  let before: Evidence;
  let rollout: string;

  beforeAll(async () => {
    fleet = await createFleet();
    gateway = await fleet.add('gateway-1');
    await fleet.publish(tinyModel('delay', OLD));
    await fleet.assign(gateway.name, 'delay', '1.0.0');
    await gateway.reaches('proving', 'delay', '1.0.0');
    await expectAnswers(gateway, '1.0.0', OLD);
    await gateway.reaches('committed', 'delay');
    await fleet.publish(tinyModel('delay', NEW));
    ({ id: rollout } = await fleet.client.post<{ id: string }>('/api/v1/rollouts', PLAN));
    await fleet.client.post(`/api/v1/rollouts/${rollout}/start`, {});
    await gateway.reaches('proving', 'delay', '1.0.1');
    before = await takeEvidence(gateway, '1.0.1', NEW);
    await gateway.reaches('committed', 'delay');
    const [keys, away] = [join(fleet.stateDir, 'keys'), join(fleet.folder, 'away')];
    await mkdir(away);
    for (const folder of ['offline', 'approver']) await rename(join(keys, folder), join(away, folder));
    await fleet.restart();
    await gateway.connects();
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  it('is no way to bring a new model: nobody is there to sign it', async () => {
    await fleet.submit(tinyModel('delay', 9));
    await expect(fleet.approve()).rejects.toMatchObject({ code: 'keys_missing' });
    await expect(fleet.assign(gateway.name, 'delay', '1.0.2')).rejects.toMatchObject({ code: 'model_not_published' });
    await expectUnharmed(gateway, before);
  });

  it('takes the return ticket of the release: the old bytes answer, and none of them was fetched', async () => {
    const fetched = fleet.blocks.length;
    const reverting = fleet.client.post<Rollout>(`/api/v1/rollouts/${rollout}/revert`, { reason: 'worse than before' });
    expect((await reverting).state.status).toBe('reverted');
    await gateway.reaches('proving', 'delay', '1.0.0');
    await expectUnharmed(gateway, { ...before, version: '1.0.0', bias: OLD });
    await gateway.reaches('committed', 'delay', '1.0.0');
    expect(fleet.blocks).toHaveLength(fetched);
  });

  it('leaves no way back to the release that was left: by the server, nor by its director key', async () => {
    const assigned = fleet.assign(gateway.name, 'delay', '1.0.1');
    await expect(assigned).rejects.toMatchObject({ code: 'model_not_published' });
    const left = assignedOf(await fleet.client.get<VersionSummary>('/api/v1/models/delay/1.0.1'));
    const { director } = await onlineKeysOf(fleet.stateDir);
    const from = gateway.events.length;
    const seq = gateway.agent.state().assignmentSeq + 1;
    await order(fleet.server, gateway.name, { models: [left], seq, signers: [director] });
    await refuses(gateway, 'rollback', from);
    await expectUnharmed(gateway, { ...before, version: '1.0.0', bias: OLD });
  });
});
