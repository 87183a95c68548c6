import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssignedModel, AssignmentDocument, Signer } from '@plumbline/shared/trust';
import { canonicalBytes, FLEET_PATH, sha256Hex, signMetadata, tufKeyOf } from '@plumbline/shared/trust';
import { keyFileOf, readSigner, rotateKey } from '../../fleet-server/src/supply/keys/index.ts';
import { pendingApprovals, type VersionSummary } from '../../fleet-server/src/supply/models/index.ts';
import { fleetInForce, insertMetadata, metadataInForce } from '../../fleet-server/src/supply/repository/index.ts';
import { createFleet, eventually, tinyModel, type Device, type TestFleet } from '../harness/index.ts';
import { expectAnswers, expectUnharmed, refuses, takeEvidence, type Evidence } from './evidence.ts';
import { assignedOf, bodyOf, order, publishUnread, withdraw } from './forge.ts';
import { OWN, stealServer, type OnlineKeys, type Thief } from './thief.ts';

const LINE = 'line-delay';
const NEVER = '9998-12-31T23:59:59Z';
const YEAR_9999 = Date.UTC(9999, 0);
const DAY_MS = 86_400_000;
const FARTHEST = Number.MAX_SAFE_INTEGER;

/** Rows 12, 15, 16, 17 and 56: everything that lies with the server, and its address, are somebody else's. */
describe('a thief of the whole server', () => {
  let fleet: TestFleet;
  let thief: Thief;
  /** Not the thief's: what one key of a release can do without the other. */
  let approver: Signer;
  let forged: AssignedModel;
  let released: AssignedModel;
  let draft: Uint8Array;
  const evidence = new Map<Device, Evidence>();
  let seq = 1;
  /** Beyond those that are in force. */
  let lineVersion = 100;

  beforeAll(async () => {
    fleet = await createFleet({ agents: 2 });
    await fleet.publish(tinyModel('delay', 0));
    for (const device of fleet.devices) {
      await fleet.assign(device.name, 'delay', '1.0.0');
      await device.reaches('proving', 'delay', '1.0.0');
      evidence.set(device, await takeEvidence(device, '1.0.0', 0));
      await device.reaches('committed', 'delay');
    }
    released = assignedOf(await fleet.client.get<VersionSummary>('/api/v1/models/delay/1.0.0'));
    approver = await readSigner(join(fleet.stateDir, 'keys', keyFileOf('approver')));
    thief = await stealServer(fleet);
    for (const device of fleet.devices) await device.connects();
  });
  afterAll(async () => {
    await thief[Symbol.asyncDispose]();
    await fleet[Symbol.asyncDispose]();
  });

  /** Tells every device, and waits until each has refused. */
  const orderAll = async (
    code: string,
    what: Partial<AssignmentDocument> & { signers?: Signer[]; timestamp?: Uint8Array },
  ) => {
    seq += 1;
    for (const device of fleet.devices) {
      const from = device.events.length;
      await order(thief.server, device.name, { models: [forged], seq, signers: [thief.keys.director], ...what });
      await refuses(device, code, from);
    }
  };
  const allUnharmed = async () => {
    for (const device of fleet.devices) {
      const before = evidence.get(device);
      if (before === undefined) throw new Error('no evidence');
      await expectUnharmed(device, before);
    }
  };
  it('is believed to be the server: he has its keys and its certificate, and takes in a model of his own', async () => {
    const version = await thief.operator.submit(tinyModel('delay', 9));
    forged = assignedOf(await thief.operator.client.get<VersionSummary>(`/api/v1/models/delay/${version}`));
    const [waiting] = await pendingApprovals(thief.server.fleet.database.db);
    draft = waiting?.bytes ?? new Uint8Array();
    await allUnharmed();
    expect(thief.blocks).toEqual([]);
  });

  it.each(['director', 'snapshot', 'own'] as const)(
    'cannot approve it with the %s key: his own server says no',
    async (which) => {
      const { document: waiting } = (await pendingApprovals(thief.server.fleet.database.db))[0] ?? {};
      const signer = which === 'own' ? OWN : thief.keys[which];
      const bytes = Buffer.from(await signMetadata(bodyOf(draft, LINE), [thief.keys.builder, signer])).toString(
        'base64',
      );
      const approval = { line: 'delay', document: waiting, actor: 'thief', bytes };
      await expect(thief.operator.client.post('/api/v1/approvals', approval)).rejects.toMatchObject({
        code: 'below_threshold',
      });
    },
  );

  it.each<[string, string, () => Parameters<typeof orderAll>[1]]>([
    ['bytes that are no release', 'not_in_release', () => ({})],
    [
      'his bytes at the place of a release',
      'bad_hash',
      () => ({ models: [{ ...released, sha256: forged.sha256, payload: forged.payload }] }),
    ],
    ['a number beyond all others', 'fast_forward', () => ({ seq: FARTHEST })],
    ['the year 9999', 'fast_forward', () => ({ issued: YEAR_9999, timeFloor: YEAR_9999, expires: FARTHEST })],
    ['floors that no release reaches', 'floor_too_high', () => ({ models: [released], floors: { delay: FARTHEST } })],
    ['an order signed by builder and thief', 'key_unknown', () => ({ signers: [thief.keys.builder, OWN] })],
    ['an order for another device', 'wrong_device', () => ({ device: 'gateway-9' })],
    ['an order for another site', 'wrong_site', () => ({ site: 'south' })],
  ])('installs nothing by %s', async (_what, code, changed) => {
    await orderAll(code, changed());
    await allUnharmed();
    expect(thief.blocks).toEqual([]);
  });

  it('cannot switch proof and soak off: settings stay within the bounds of the profile', async () => {
    seq += 1;
    const settings = { proveRecords: 0, proveTimeoutMs: 0, shadowRecords: 0, trialTimeoutMs: 1, outboxBytes: 1 };
    for (const { name } of fleet.devices) {
      await order(thief.server, name, { models: [released], seq, signers: [thief.keys.director], settings });
      const kept = await eventually(`${name} reports its settings`, async () => {
        const { report } = await thief.operator.view(name);
        return report?.assignmentSeq === seq && report.settings;
      });
      expect(kept).toEqual({
        proveRecords: 1,
        proveTimeoutMs: 100,
        shadowRecords: 1,
        trialTimeoutMs: 1000,
        outboxBytes: 65_536,
      });
    }
    await allUnharmed();
    expect(thief.blocks).toEqual([]);
  });

  it.each<[string, string, (keys: OnlineKeys) => Signer[]]>([
    ['the builder alone', 'below_threshold', ({ builder }) => [builder]],
    ['the builder twice', 'document_malformed', ({ builder }) => [builder, builder]],
    ['every online key and one of his own', 'below_threshold', (keys) => [...Object.values<Signer>({ ...keys }), OWN]],
    ['the approver alone', 'below_threshold', () => [approver]],
    [
      'the approver, and every key but the builder',
      'below_threshold',
      ({ director, snapshot }) => [approver, director, snapshot, OWN],
    ],
  ])('installs nothing by a release that is signed by %s', async (_who, code, signersOf) => {
    lineVersion += 1;
    const bytes = await signMetadata(bodyOf(draft, LINE, { version: lineVersion }), signersOf(thief.keys));
    const line = { role: LINE, version: lineVersion, bytes };
    await orderAll(code, { timestamp: await publishUnread(thief.server, thief.keys, [line]) });
    await allUnharmed();
    expect(thief.blocks).toEqual([]);
  });

  it('cannot name himself director, nor delegate a line to himself: targets are signed offline', async () => {
    const { database } = thief.server.fleet;
    const own = { ...(await fleetInForce(database.db)).signed, version: 2, directors: [OWN.publicKey] };
    const fleetBytes = canonicalBytes(own);
    const role = { name: LINE, keyids: [OWN.keyId], threshold: 1, terminating: true, paths: ['models/delay/*/*'] };
    const { bytes: before } = await metadataInForce(database.db, 'targets');
    const targets = bodyOf(before, 'targets', {
      version: 2,
      targets: { [FLEET_PATH]: { length: fleetBytes.length, hashes: { sha256: sha256Hex(fleetBytes) } } },
      delegations: { keys: { [OWN.keyId]: tufKeyOf(OWN.publicKey) }, roles: [role] },
    });
    const bytes = await signMetadata(targets, [...Object.values<Signer>({ ...thief.keys }), OWN]);
    const documents = [
      { role: 'fleet', version: 2, bytes: fleetBytes },
      { role: 'targets', version: 2, bytes },
    ];
    const timestamp = await publishUnread(thief.server, thief.keys, documents);
    await orderAll('below_threshold', { timestamp, signers: [OWN] });
    await allUnharmed();
    expect(thief.blocks).toEqual([]);
  });

  it('cannot follow the root by one of his own', async () => {
    const { database } = thief.server.fleet;
    const { bytes: before } = await metadataInForce(database.db, 'root');
    const mine = { keyids: [OWN.keyId], threshold: 1 };
    const root = bodyOf(before, 'root', {
      version: 2,
      keys: { [OWN.keyId]: tufKeyOf(OWN.publicKey) },
      roles: { root: mine, targets: mine, snapshot: mine, timestamp: mine },
    });
    const bytes = await signMetadata(root, [...Object.values<Signer>({ ...thief.keys }), OWN]);
    await thief.server.fleet.database.transaction((tx) => insertMetadata(tx, { role: 'root', version: 2, bytes }));
    const timestamp = await publishUnread(thief.server, thief.keys, []);
    await orderAll('below_threshold', { timestamp });
    await withdraw(thief.server, 'root', 2);
    await allUnharmed();
    expect(thief.blocks).toEqual([]);
  });

  it('goes as far as timestamp and snapshot keys reach: devices wait in vain for a release, and go on', async () => {
    const change = {
      snapshot: { version: FARTHEST },
      timestamp: { version: FARTHEST, expires: NEVER, 'x-plumbline-issued': NEVER },
    };
    const timestamp = await publishUnread(thief.server, thief.keys, [], change);
    await orderAll('below_threshold', { timestamp });
    for (const { agent } of fleet.devices) {
      expect(agent.state().trust.timeFloor).toBeLessThanOrEqual(Date.now() + DAY_MS);
    }
    await allUnharmed();
    expect(thief.blocks).toEqual([]);
  });

  it('is shut out by new keys from offline, and then every device updates again', async () => {
    await thief[Symbol.asyncDispose]();
    await allUnharmed();
    const ceremony = { folder: join(fleet.stateDir, 'keys'), nowMs: Date.now() };
    for (const role of ['timestamp', 'snapshot', 'director'] as const) await rotateKey(ceremony, role);
    await fleet.restart();
    expect(await fleet.publish(tinyModel('delay', 5))).toBe('1.0.1');
    for (const device of fleet.devices) {
      await fleet.assign(device.name, 'delay', '1.0.1');
      await device.reaches('proving', 'delay', '1.0.1');
      await expectAnswers(device, '1.0.1', 5);
    }
  });
});
