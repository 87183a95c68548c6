import { addMetadataSignatures, lineRole, sha256Hex } from '@plumbline/shared/trust';
import {
  block,
  decodeMessage,
  desired,
  downTopic,
  encodeFrame,
  NO_SUCH_BLOCK,
  upTopic,
  type BlockRef,
} from '@plumbline/shared/wire';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignRelease } from '../../sites/devices/index.ts';
import { createModelLab, openArtifactFiles } from '../../platform/adapters/index.ts';
import { devices } from '../../platform/db/index.ts';
import { approveModel, findPending, getModel, lineInForce, submitForApproval } from '../../supply/models/index.ts';
import { fleetInForce, metadataInForce, publishMetadata, renewMetadata } from '../../supply/repository/index.ts';
import { createSmallFleet, type SmallFleet } from '../testing/small-fleet.ts';
import { attachMqtt, type MqttEdge } from './index.ts';

const DAY_MS = 24 * 3_600_000;
const lab = createModelLab();
let small: SmallFleet;
let mqtt: MqttEdge;

afterAll(() => lab.close());
beforeEach(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  const { fleet } = small;
  mqtt = attachMqtt(fleet);
  await fleet.dispatcher.start();
  await fleet.database.transaction((tx) =>
    tx.insert(devices).values(
      ['gw-1', 'gw-2', 'gw-3'].map((id) => ({
        id,
        site: 'north',
        profile: 'linux-x64-dev',
        agent: '0.1.0',
        publicKey: JSON.stringify({ type: 'ed25519', public: '00'.repeat(32) }),
        keyId: 'ab'.repeat(32),
        tags: '[]',
        enrolledAt: fleet.now(),
        reportCounter: 0,
        assignedSeq: 0,
      })),
    ),
  );
  const { document } = await submitForApproval(fleet, 'user:ana', await small.model('delay'));
  const draft = await findPending(fleet.database.db, 'delay', document);
  const bytes = await addMetadataSignatures(draft!.bytes, [small.approver], lineRole('delay'));
  await approveModel(fleet, 'approver:ben', { line: 'delay', document, signature: { bytes } });
  await fleet.dispatcher.settled();
});
afterEach(() => small[Symbol.asyncDispose]());

const assign = (device: string) =>
  small.fleet.database.transaction((tx) =>
    assignRelease(tx, small.fleet, 'user:ana', { device, line: 'delay', version: '1.0.0', cause: 'direct' }),
  );
const timestampBytes = async () => (await metadataInForce(small.fleet.database.db, 'timestamp')).bytes;

async function sent<T>(work: () => Promise<T>) {
  const { broker, dispatcher } = small.fleet;
  broker.published.length = 0;
  await work();
  await dispatcher.settled();
  await mqtt.idle();
  return [...broker.published];
}

async function ask(ref: BlockRef, offset = 0, length = 65_536) {
  const payload = encodeFrame({ ref, offset, length });
  const [reply] = await sent(async () => small.fleet.broker.say({ topic: upTopic('north', 'gw-1', 'req'), payload }));
  expect(reply?.topic).toBe(downTopic('north', 'gw-1', 'blk'));
  return decodeMessage(block, reply!.payload);
}

describe('dn/desired', () => {
  it('brings an assignment with the timestamp in force, retained', async () => {
    const [message, ...others] = await sent(() => assign('gw-1'));
    expect(others).toEqual([]);
    expect(message).toMatchObject({ topic: downTopic('north', 'gw-1', 'desired'), retain: true });
    expect(decodeMessage(desired, message!.payload).timestamp).toEqual(await timestampBytes());
  });

  it('comes again to everybody who has one when the timestamp changes, once for all changes together', async () => {
    await assign('gw-1');
    await assign('gw-2');
    await small.fleet.dispatcher.settled();
    const messages = await sent(() =>
      small.fleet.database.transaction(async (tx) => {
        for (let i = 0; i < 5; i += 1) await publishMetadata(tx, small.fleet);
      }),
    );
    expect(messages.map(({ topic }) => topic)).toEqual(['gw-1', 'gw-2'].map((id) => downTopic('north', id, 'desired')));
    for (const { payload } of messages) {
      expect(decodeMessage(desired, payload).timestamp).toEqual(await timestampBytes());
    }
  });

  it('follows the daily signature', async () => {
    await assign('gw-1');
    await small.clock.advance(DAY_MS);
    const messages = await sent(() => renewMetadata(small.fleet));
    expect(messages).toHaveLength(1);
  });
});

describe('up/req', () => {
  it('is answered for every document that an install needs, by its hash', async () => {
    const { db } = small.fleet.database;
    const documents = [
      ...(await Array.fromAsync(['snapshot', 'targets'] as const, (role) => metadataInForce(db, role))),
      (await lineInForce(db, 'delay'))!,
      await fleetInForce(db),
    ];
    for (const { sha256, bytes } of documents) {
      expect(await ask({ sha256 })).toMatchObject({ offset: 0, bytes });
      expect(await ask({ sha256 }, 10, 20)).toMatchObject({ offset: 10, bytes: bytes.subarray(10, 30) });
    }
  });

  it('is answered for a root by its number, and said to be the newest where there is none after it', async () => {
    const { bytes } = await metadataInForce(small.fleet.database.db, 'root');
    expect(await ask({ root: 1 })).toEqual({ ref: { root: 1 }, offset: 0, bytes });
    expect(await ask({ root: 2 })).toEqual({ ref: { root: 2 }, offset: 0, error: NO_SUCH_BLOCK });
    expect([...mqtt.refused]).toEqual([]);
  });

  it('is answered for a payload, and for nothing else that the server has', async () => {
    const { variants } = await getModel(small.fleet.database.db, 'delay', '1.0.0');
    const payload = variants[0]!.payloads[0]!;
    const reply = await ask({ sha256: payload.sha256 });
    expect('bytes' in reply && sha256Hex(reply.bytes)).toBe(payload.sha256);
    const secret = await small.fleet.artifacts.put(Uint8Array.of(1, 2, 3));
    expect(await ask({ sha256: secret })).toMatchObject({ error: NO_SUCH_BLOCK });
  });
});
