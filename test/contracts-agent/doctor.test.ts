import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examine, type Examination } from '../../agent/src/node/doctor/examine.ts';
import type { Subject, Surroundings } from '../../agent/src/node/doctor/subject.ts';
import { loadDeviceKey } from '../../agent/src/node/platform/device-key.ts';
import { openSqliteStore } from '../../agent/src/node/storage/sqlite-store.ts';
import { stored } from '../../agent/src/store/json.ts';
import { IDENTITY } from '../../agent/src/store/keys.ts';
import { mintIdentity } from '../../agent/src/testing/mint.ts';
import { createMqttLink } from '../../agent/src/node/link/mqtt-link.ts';
import { createAedesBroker, type AedesBroker } from '../../fleet-server/src/platform/adapters/index.ts';
import { devicePolicy } from '../contracts/device-policy.ts';
import {
  closedPort,
  createTestCa,
  listening,
  startConnectProxy,
  startTlsFront,
  type TestLeaf,
} from '../harness/network/index.ts';
import { plumblineAgent } from './gateway/agent-process.ts';

const YEAR_MS = 365 * 86_400_000;
const ours = createTestCa();
const theirs = createTestCa('Corporate inspection');
const local = { host: '127.0.0.1', port: 0 };
const key = generateKeyPairSync('ed25519').privateKey;
const plain: Surroundings = { proxy: undefined, development: false, now: Date.now, timeoutMs: 2000 };

let world: AsyncDisposableStack;
let broker: AedesBroker;
let folder: string;
beforeEach(async () => {
  world = new AsyncDisposableStack();
  folder = mkdtempSync(join(tmpdir(), 'plumbline-doctor-'));
  world.defer(() => rmSync(folder, { recursive: true }));
  broker = await createAedesBroker({ tcp: local, webSocket: local, policy: devicePolicy });
  world.defer(() => broker.close());
});
afterEach(() => world.disposeAsync());

/** Doors of the server: MQTT, and the web with its clock. */
async function doors(leaf: TestLeaf = {}, ca = ours): Promise<string[]> {
  const mqtt = world.use(await startTlsFront(ca.issue(leaf), broker.ports().tcp));
  const web = world.use(await startTlsFront(ca.issue(leaf), broker.ports().webSocket));
  const [host = '127.0.0.1'] = leaf.names ?? [];
  return [`mqtts://${host}:${mqtt.port}`, `wss://${host}:${web.port}/mqtt`];
}

interface Given {
  endpoints: string[];
  around?: Partial<Surroundings>;
  device?: TestLeaf;
  timeFloor?: number;
  password?: string;
  lines?: Subject['lines'];
}

async function visit({ endpoints, around = {}, device = {}, timeFloor = 0, password = 'secret', lines = [] }: Given) {
  const surroundings = { ...plain, ...around };
  const { certificate } = ours.issue({ usage: 'clientAuth', key, ...device });
  const trust = { cas: [ours.pem], certificate, timeFloor };
  const link = createMqttLink({ deviceKey: () => key, ...surroundings, connectTimeoutMs: surroundings.timeoutMs });
  const subject: Subject = {
    site: 's1',
    device: 'd1',
    endpoints,
    trust,
    key,
    lines,
    async session() {
      const connection = await link.connect({
        endpoints,
        trust,
        password,
        clientId: 'd1',
        username: 'd1',
        will: { topic: 'f/s1/d1/up/status', payload: new Uint8Array() },
        onMessage: () => undefined,
        onClose: () => undefined,
      });
      await connection.close();
      return 'let in';
    },
  };
  const examination = await examine(folder, subject, surroundings);
  const codes = Object.fromEntries(examination.steps.map(({ step, outcome, code }) => [step, code ?? outcome]));
  const says = Object.fromEntries(examination.steps.map(({ step, says: sentence }) => [step, sentence]));
  return { ...examination, codes, says };
}

describe('a device that is well', () => {
  it('can work', async () => {
    const endpoints = await doors();
    const { works, exitCode, codes, says } = await visit({ endpoints });
    const addresses = Object.fromEntries(endpoints.map((url) => [url, 'ok']));
    const rest = { certificate: 'ok', clock: 'ok', session: 'ok', models: 'skipped' };
    expect(codes).toEqual({ folder: 'ok', enrolled: 'ok', ...addresses, ...rest });
    expect([works, exitCode]).toEqual([true, 0]);
    expect(says['clock']).toContain('the server agrees');
  });

  it('can work with one of two ports blocked, which it says', async () => {
    const [, web = ''] = await doors();
    const blocked = `mqtts://127.0.0.1:${await closedPort()}`;
    const { exitCode, codes } = await visit({ endpoints: [blocked, web] });
    expect(codes).toMatchObject({ [blocked]: 'port_blocked', [web]: 'ok', session: 'ok' });
    expect(exitCode).toBe(0);
  });
});

describe('the doctor tells', () => {
  it('a name that does not exist', async () => {
    const url = 'mqtts://fleet.plumbline.invalid:8883';
    const { exitCode, codes } = await visit({ endpoints: [url] });
    expect(codes).toMatchObject({ [url]: 'dns_failed', session: 'dns_failed', clock: 'ok' });
    expect(exitCode).toBe(3);
  });

  it('a closed port', async () => {
    const url = `mqtts://127.0.0.1:${await closedPort()}`;
    const { exitCode, codes } = await visit({ endpoints: [url] });
    expect(codes).toMatchObject({ [url]: 'port_blocked', session: 'port_blocked' });
    expect(exitCode).toBe(3);
  });

  it.each([403, 407])('a proxy that answers %i', async (status) => {
    const proxy = world.use(await startConnectProxy(() => status));
    const endpoints = ['mqtts://fleet.test:8883', 'wss://fleet.test:8443/mqtt'];
    const around = { proxy: { url: `http://localhost:${proxy.port}`, except: [] } };
    const { exitCode, codes, says } = await visit({ endpoints, around });
    for (const url of endpoints) {
      expect(codes[url]).toBe('proxy_refused');
      expect(says[url]).toContain(String(status));
    }
    expect(exitCode).toBe(4);
  });

  it('somebody who reads along, by name', async () => {
    const endpoints = await doors({}, theirs);
    const { exitCode, codes, says } = await visit({ endpoints });
    for (const url of endpoints) {
      expect(codes[url]).toBe('tls_intercepted');
      expect(says[url]).toContain('Corporate inspection');
    }
    expect(exitCode).toBe(4);
  });

  it.each([
    ['years behind, which no signed time contradicts', { now: () => 0 }, 0, 'clock_suspect'],
    ['years ahead', { now: () => Date.now() + 10 * YEAR_MS }, 0, 'certificate_expired'],
    ['years behind signed time', { now: () => 0 }, Date.now() - YEAR_MS, 'ok'],
  ])('a clock that is %s', async (_what, around, timeFloor, address) => {
    const endpoints = await doors();
    const { exitCode, codes, says } = await visit({ endpoints, around, timeFloor });
    expect(codes).toMatchObject({ clock: 'clock_suspect', [endpoints[1] ?? '']: address });
    expect(says['clock']).toContain(`the server ${new Date().toISOString().slice(0, 10)}`);
    expect(exitCode).toBe(4);
  });

  it('a clock behind signed time, without any network', async () => {
    const url = `mqtts://127.0.0.1:${await closedPort()}`;
    const given = { endpoints: [url], around: { now: () => 0 }, timeFloor: Date.now() };
    const { codes } = await visit(given);
    expect(codes).toMatchObject({ clock: 'clock_suspect', [url]: 'port_blocked' });
  });

  it('a server whose certificate has expired, while the clock is right', async () => {
    const endpoints = await doors({ to: Date.now() - 1000 });
    const { codes, exitCode } = await visit({ endpoints });
    expect(codes).toMatchObject({ clock: 'ok', session: 'certificate_expired' });
    for (const url of endpoints) expect(codes[url]).toBe('certificate_expired');
    expect(exitCode).toBe(4);
  });

  it('a server under another name', async () => {
    const proxy = world.use(await startConnectProxy());
    const endpoints = (await doors({ names: ['fleet.test'] })).map((url) => url.replace('fleet.test', 'wrong.test'));
    const around = { proxy: { url: `http://localhost:${proxy.port}`, except: [] } };
    const { codes } = await visit({ endpoints, around });
    for (const url of endpoints) expect(codes[url]).toBe('certificate_wrong_name');
  });

  it('a certificate of its own that has expired, and what follows', async () => {
    const { codes, says } = await visit({ endpoints: await doors(), device: { to: Date.now() - 1000 } });
    expect(codes).toMatchObject({ certificate: 'certificate_expired' });
    expect(says['certificate']).toContain('renewal will be tried');
  });

  it('a certificate that is not of its key, or of another fleet', async () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    const { codes } = await visit({ endpoints: [], device: { key: other } });
    expect(codes).toMatchObject({ certificate: 'certificate_unusable', session: 'skipped' });
  });

  it('a certificate that cannot be read, and looks at the rest all the same', async () => {
    const trust = { cas: [ours.pem], certificate: 'no PEM at all', timeFloor: 0 };
    const subject: Subject = {
      site: 's1',
      device: 'd1',
      endpoints: [],
      trust,
      key,
      lines: [],
      session: async () => 'let in',
    };
    const { steps } = await examine(folder, subject, plain);
    expect(steps.map(({ step, code }) => [step, code])).toContainEqual(['certificate', 'certificate_unusable']);
    expect(steps.at(-1)).toMatchObject({ step: 'models' });
  });

  it('that the server says no', async () => {
    const { codes, exitCode } = await visit({ endpoints: await doors(), password: 'wrong' });
    expect(codes).toMatchObject({ session: 'link_refused' });
    expect(exitCode).toBe(4);
  });

  it('that nothing answers predictions', async () => {
    const lines = [{ line: 'delay', state: 'refused', reason: 'bad_hash' }];
    const { codes, says, exitCode } = await visit({ endpoints: await doors(), lines });
    expect(codes).toMatchObject({ models: 'no_model' });
    expect(says['models']).toContain('delay is refused (bad_hash)');
    expect(exitCode).toBe(3);
  });

  it('a folder that is not there', async () => {
    const { steps, exitCode } = await examine(join(folder, 'absent'), undefined, plain);
    expect(steps.map(({ code }) => code)).toEqual(['store_unavailable', 'not_enrolled']);
    expect(exitCode).toBe(4);
  });
});

/** An enrolled device, and the answer of its server to whoever wants a new certificate. */
async function enrolled(answer: { status: number; body: object }): Promise<void> {
  const http = createServer((request, response) => {
    const isChallenge = request.url?.endsWith('/challenge') === true;
    response.writeHead(isChallenge ? 200 : answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isChallenge ? { nonce: 'n'.repeat(32) } : answer.body));
  });
  const web = world.use(await startTlsFront(ours.issue(), await listening(http)));
  world.defer(() => void http.close());
  const [mqttUrl = '', webSocketUrl = ''] = await doors();
  const { certificate } = ours.issue({ usage: 'clientAuth', key: loadDeviceKey(join(folder, 'device.key')) });
  const identity = await mintIdentity({
    mqttUrl,
    webSocketUrl,
    url: `https://127.0.0.1:${web.port}`,
    cas: [ours.pem],
    certificate: { pem: certificate, issuedAt: Date.now(), notAfter: Date.now() + YEAR_MS },
    enrolledAt: Date.now() - YEAR_MS,
  });
  const store = openSqliteStore({ path: join(folder, 'agent.sqlite') });
  await store.commit([{ put: IDENTITY, value: stored(identity) }]);
  await store.close();
}

describe('plumbline-agent doctor', () => {
  it('says that the server has revoked the device, as the server says it', async () => {
    const problem = {
      type: 'urn:x',
      title: 'forbidden',
      status: 403,
      detail: 'd1 was revoked',
      code: 'device_revoked',
    };
    await enrolled({ status: 403, body: problem });
    const { exitCode, out, err } = await plumblineAgent('doctor', '--state', folder, '--json');
    expect(err).toBe('');
    const { works, steps } = JSON.parse(out) as Examination;
    expect([works, exitCode]).toEqual([false, 4]);
    expect(steps.find(({ step }) => step === 'session')).toMatchObject({ code: 'device_revoked' });
    expect(steps.filter(({ outcome }) => outcome === 'ok').map(({ step }) => step)).toEqual(
      expect.arrayContaining(['folder', 'enrolled', 'certificate', 'clock']),
    );
  });

  it('says that a device was never enrolled, and how it becomes so', async () => {
    const { exitCode, out } = await plumblineAgent('doctor', '--state', folder, '--json');
    expect(exitCode).toBe(4);
    const { works, steps } = JSON.parse(out) as Examination;
    expect(works).toBe(false);
    expect(steps[0]).toMatchObject({ step: 'folder', outcome: 'ok' });
    expect(steps.at(-1)).toMatchObject({ step: 'enrolled', code: 'not_enrolled' });
    const machine = steps.slice(1, -1).map(({ step }) => step);
    expect(machine).toEqual(['mount', 'profile', 'memory', 'watchdog', 'slots']);
  });
});
