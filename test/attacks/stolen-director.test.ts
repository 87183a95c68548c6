import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssignedModel, AssignmentDocument, Signer } from '@plumbline/shared/trust';
import { rotateKey } from '../../fleet-server/src/supply/keys/index.ts';
import type { VersionSummary } from '../../fleet-server/src/supply/models/index.ts';
import { createFleet, eventually, tinyModel, type Device, type TestFleet } from '../harness/index.ts';
import { expectAnswers, expectUnharmed, refuses, takeEvidence, type Evidence } from './evidence.ts';
import { assignedOf, order } from './forge.ts';
import { onlineKeysOf } from './thief.ts';

const STEP = 2 ** 20;
const HOUR_MS = 3_600_000;

/** Rows 12 to 15 and 56: the key that assigns is somebody else's, and so is a place on the way to the device. */
describe('a thief of the director key', () => {
  let fleet: TestFleet;
  let gateway: Device;
  let director: Signer;
  let old: AssignedModel;
  let running: AssignedModel;
  let before: Evidence;

  const modelOf = async (version: string) =>
    assignedOf(await fleet.client.get<VersionSummary>(`/api/v1/models/delay/${version}`));
  const orders = (change: Partial<AssignmentDocument>) =>
    order(fleet.server, gateway.name, { models: [running], signers: [director], ...change });
  const obeys = (seq: number) =>
    eventually(`${seq} is obeyed`, () => gateway.agent.state().assignmentSeq === seq && gateway.line('delay'));

  beforeAll(async () => {
    fleet = await createFleet();
    gateway = await fleet.add('gateway-1');
    for (const [bias, version] of ['1.0.0', '1.0.1'].entries()) {
      await fleet.publish(tinyModel('delay', bias));
      await fleet.assign(gateway.name, 'delay', version);
      await gateway.reaches('proving', 'delay', version);
      await expectAnswers(gateway, version, bias);
      await gateway.reaches('committed', 'delay', version);
    }
    [old, running] = [await modelOf('1.0.0'), await modelOf('1.0.1')];
    ({ director } = await onlineKeysOf(fleet.stateDir));
    before = await takeEvidence(gateway, '1.0.1', 1);
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  it.each<[string, string, () => Partial<AssignmentDocument>]>([
    ['the old release under its old number', 'rollback', () => ({ seq: 3, models: [old] })],
    ['bytes that are no release', 'bad_hash', () => ({ seq: 4, models: [{ ...running, sha256: '0'.repeat(64) }] })],
    [
      'a path that is no release',
      'not_in_release',
      () => ({ seq: 5, models: [{ ...running, path: 'models/delay/9/f.plb' }] }),
    ],
    ['a line that nobody delegated', 'line_not_delegated', () => ({ seq: 6, models: [{ ...running, model: 'wear' }] })],
    ['what another device is to do', 'wrong_device', () => ({ seq: 7, device: 'gateway-2' })],
    ['what another site is to do', 'wrong_site', () => ({ seq: 7, site: 'south' })],
    ['what was obeyed before', 'rollback', () => ({ seq: 2 })],
    ['a number out of reach', 'fast_forward', () => ({ seq: Number.MAX_SAFE_INTEGER })],
  ])('is refused %s', async (_what, code, change) => {
    const from = gateway.events.length;
    await orders(change());
    await refuses(gateway, code, from);
    await expectUnharmed(gateway, before);
    expect(fleet.blocks).toHaveLength(2);
  });

  it('is refused what was obeyed before also after the device was off', async () => {
    await gateway.stop();
    await orders({ seq: 1 });
    const from = gateway.events.length;
    await gateway.start();
    await refuses(gateway, 'rollback', from);
    await expectUnharmed(gateway, before);
    expect(fleet.blocks).toHaveLength(2);
  });

  it('goes as far as the rules let him: numbers, time and floors to their bounds, soak to the least', async () => {
    const ahead = Date.now() + 20 * HOUR_MS;
    const settings = { proveRecords: 0, proveTimeoutMs: 0, shadowRecords: 0 };
    for (const seq of [STEP, 2 * STEP]) {
      const floors = { delay: running.releaseCounter };
      await orders({ seq, issued: ahead, timeFloor: ahead, expires: ahead + HOUR_MS, floors, settings });
      await obeys(seq);
    }
    const { report } = await eventually('the report tells the settings', async () => {
      const view = await fleet.view(gateway.name);
      return view.report?.assignmentSeq === 2 * STEP && view;
    });
    expect(report?.settings).toEqual({ proveRecords: 1, proveTimeoutMs: 100, shadowRecords: 1 });
    await expectUnharmed(gateway, before);
    expect(fleet.blocks).toHaveLength(2);
  });

  it('can take a model away from nobody: a device that is assigned nothing goes on with what it has', async () => {
    const ahead = Date.now() + 21 * HOUR_MS;
    await orders({ seq: 2 * STEP + 1, issued: ahead, timeFloor: ahead, expires: ahead + HOUR_MS, models: [] });
    await eventually('it is obeyed', () => gateway.agent.state().assignmentSeq === 2 * STEP + 1);
    await expectUnharmed(gateway, before);
    expect(fleet.blocks).toHaveLength(2);
  });

  it('blocks what the rightful server says, until `trust/fleet.json` names another director', async () => {
    await fleet.publish(tinyModel('delay', 7));
    const from = gateway.events.length;
    await fleet.assign(gateway.name, 'delay', '1.0.2');
    await refuses(gateway, 'rollback', from);
    await expectUnharmed(gateway, before);

    await rotateKey({ folder: join(fleet.stateDir, 'keys'), nowMs: Date.now() }, 'director');
    await fleet.restart();
    await fleet.assign(gateway.name, 'delay', '1.0.2');
    await gateway.reaches('proving', 'delay', '1.0.2');
    await expectAnswers(gateway, '1.0.2', 7);
    expect(fleet.blocks).toHaveLength(3);
  });

  it('is nobody afterwards', async () => {
    await gateway.reaches('committed', 'delay', '1.0.2');
    const after = await takeEvidence(gateway, '1.0.2', 7);
    const from = gateway.events.length;
    await orders({ seq: 3 * STEP });
    await refuses(gateway, 'key_unknown', from);
    await expectUnharmed(gateway, after);
    expect(fleet.blocks).toHaveLength(3);
  });
});
