import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProcessTrial, openSqliteStore } from '@plumbline/agent/node';
import { readIdentity, type Identity } from '../../agent/src/identity.ts';
import { stored } from '../../agent/src/store/json.ts';
import { IDENTITY } from '../../agent/src/store/keys.ts';
import { devices, eq } from '../../fleet-server/src/platform/db/index.ts';
import { credentialsOf } from '../../fleet-server/src/sites/devices/index.ts';
import {
  createFleet,
  eventually,
  SITE,
  startDevice,
  tinyModel,
  type Device,
  type TestFleet,
} from '../harness/index.ts';
import { expectAnswers, expectUnharmed, takeEvidence, type Evidence } from './evidence.ts';

const DAY_MS = 86_400_000;
const EVICTED_WITHIN_MS = 5000;

/** Rows 40, 41 and 43. */
describe('a device that may not speak', () => {
  let fleet: TestFleet;
  const evidence = new Map<string, Evidence>();
  const device = (name: string): Device => {
    const found = fleet.devices.find((one) => one.name === name);
    if (found === undefined) throw new Error(name);
    return found;
  };
  const unharmed = (of: Device) => expectUnharmed(of, evidence.get(of.name) ?? ({} as Evidence));
  const judge = (name: string, order: 'revoke' | 'quarantine' | 'release') =>
    fleet.client.post(`/api/v1/devices/${name}/${order}`, { reason: 'a test said so' });
  const refusals = (name: string, code: string) =>
    fleet.log.filter((line) => line['clientId'] === name && line['code'] === code);

  beforeAll(async () => {
    fleet = await createFleet({ agents: 3 });
    await fleet.publish(tinyModel('delay', 0));
    for (const one of fleet.devices) {
      await fleet.assign(one.name, 'delay', '1.0.0');
      await one.reaches('proving', 'delay', '1.0.0');
      evidence.set(one.name, await takeEvidence(one, '1.0.0', 0));
      await one.reaches('committed', 'delay');
    }
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  it('because it was revoked is cut off within five seconds, kept out, and goes on predicting', async () => {
    const gone = device('gateway-1');
    const since = performance.now();
    await judge(gone.name, 'revoke');
    await eventually('its session has ended', () => !gone.agent.state().connected);
    expect(performance.now() - since).toBeLessThan(EVICTED_WITHIN_MS);
    await eventually('it was refused', () => refusals(gone.name, 'device_revoked').length > 0);
    const renewal = await eventually('it was refused a new certificate', () =>
      gone.events.find(({ details }) => details['where'] === 'renewal'),
    );
    expect(renewal.details).toMatchObject({
      problem: 'renewal_refused',
      message: expect.stringContaining('device_revoked'),
    });
    await gone.stop();
    await gone.start();
    const before = refusals(gone.name, 'device_revoked').length;
    await eventually('it tried again', () => refusals(gone.name, 'device_revoked').length > before);
    expect(gone.agent.state().connected).toBe(false);
    await unharmed(gone);
    await expect(judge(gone.name, 'release')).rejects.toMatchObject({ code: 'device_revoked' });
  });

  it('because its certificate expired during an outage renews it, and then is as before', async () => {
    const absent = device('gateway-2');
    await absent.stop();
    // It believes that its certificate is good, as a device does whose clock stood still.
    const expired = await replaceCertificate(fleet, absent, Date.now() - 40 * DAY_MS);
    const from = absent.events.length;
    await absent.start();
    await absent.connects();
    const refused = refusals(absent.name, 'certificate_invalid');
    expect(new Set(refused.map(({ field }) => field))).toEqual(new Set(['certificate.notAfter']));
    expect(absent.events.slice(from).map(({ code }) => code)).toContain('certificate_renewed');
    await unharmed(absent);
    await absent.stop();
    expect((await identityOn(absent)).certificate.notAfter).toBeGreaterThan(expired.notAfter);
    await absent.start();
    await absent.connects();
    expect(refusals(absent.name, 'certificate_invalid')).toHaveLength(refused.length);
  });

  it('because its folder was copied and both run is quarantined, and let in again when one is left', async () => {
    const original = device('gateway-3');
    await original.stop();
    const folder = join(fleet.folder, 'copy');
    await cp(original.folder, folder, { recursive: true });
    const trial = createProcessTrial();
    await original.start();
    await original.connects();
    await using copy = await startDevice(original.name, folder, trial);
    await eventually('both are shut out', async () => {
      const { standing } = (await fleet.view(original.name)) as { standing?: string };
      return standing === 'quarantined' && !original.agent.state().connected && !copy.agent.state().connected;
    });
    await unharmed(original);
    await unharmed({ ...copy, agent: copy.agent, name: original.name });
    const { rows } = await fleet.client.get<{ rows: { action: string }[] }>('/api/v1/audit');
    expect(rows.map(({ action }) => action)).toContain('devices.cloned');
    await copy.stop();
    await original.stop();
    await judge(original.name, 'release');
    await original.start();
    await original.connects();
    await trial.close();
  });

  it('does not hold up the others: whoever may speak is updated', async () => {
    await fleet.publish(tinyModel('delay', 5));
    for (const name of ['gateway-2', 'gateway-3']) {
      await fleet.assign(name, 'delay', '1.0.1');
      await device(name).reaches('proving', 'delay', '1.0.1');
      await expectAnswers(device(name), '1.0.1', 5);
    }
    expect(device('gateway-1').line('delay')).toMatchObject({ running: { version: '1.0.0' } });
  });
});

/** Puts a certificate by the real authority, that was issued at `issuedAt`, into the store of a device that is off. */
async function replaceCertificate(fleet: TestFleet, { name, folder }: Device, issuedAt: number) {
  const { database, desk } = fleet.server.fleet;
  const { publicKey } = await credentialsOf(database.db, name);
  const { pem, notAfter } = await desk.issueDeviceCertificate({ site: SITE, device: name, publicKey, now: issuedAt });
  // The server has not renewed since either: it gives no two certificates within a minute.
  const times = { certificateIssuedAt: issuedAt, certificateNotAfter: notAfter };
  await database.transaction((tx) => tx.update(devices).set(times).where(eq(devices.id, name)));
  const store = openSqliteStore({ path: join(folder, 'agent.sqlite') });
  try {
    const known = await identityIn(store);
    await store.commit([
      { put: IDENTITY, value: stored({ ...known, certificate: { ...known.certificate, pem } } satisfies Identity) },
    ]);
  } finally {
    await store.close();
  }
  return { notAfter };
}

async function identityOn({ folder }: Device): Promise<Identity> {
  const store = openSqliteStore({ path: join(folder, 'agent.sqlite') });
  try {
    return await identityIn(store);
  } finally {
    await store.close();
  }
}

async function identityIn(store: ReturnType<typeof openSqliteStore>): Promise<Identity> {
  const identity = await readIdentity(store);
  if (identity === undefined) throw new Error('not enrolled');
  return identity;
}
