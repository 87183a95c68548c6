import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createMqttLink } from '../../agent/src/node/link/mqtt-link.ts';
import type { LinkTrust } from '../../agent/src/ports/index.ts';
import { createAedesBroker, type AedesBroker } from '../../fleet-server/src/platform/adapters/index.ts';
import { devicePolicy } from '../contracts/device-policy.ts';
import { createTestCa, listening, startTlsFront } from '../harness/network/index.ts';
import { linkContract, type LinkUnderTest } from './link.contract.ts';

const local = { host: '127.0.0.1', port: 0 };
const nothing: LinkTrust = { cas: [], timeFloor: 0 };

async function againstAedes(urlOf: (broker: AedesBroker) => string): Promise<LinkUnderTest> {
  const broker = await createAedesBroker({ tcp: local, webSocket: local, policy: devicePolicy });
  return { ...underTest(broker), url: urlOf(broker), trust: nothing, end: () => broker.close() };
}

/** The same broker behind TLS, as a server has it. */
async function behindTls(scheme: string, portOf: (broker: AedesBroker) => number): Promise<LinkUnderTest> {
  const broker = await createAedesBroker({ tcp: local, webSocket: local, policy: devicePolicy });
  const ca = createTestCa();
  const front = await startTlsFront(ca.issue(), portOf(broker));
  return {
    ...underTest(broker),
    url: `${scheme}://127.0.0.1:${front.port}/mqtt`,
    trust: { cas: [ca.pem], timeFloor: 0 },
    async end() {
      await front[Symbol.asyncDispose]();
      await broker.close();
    },
  };
}

function underTest(broker: AedesBroker): Pick<LinkUnderTest, 'link' | 'heard' | 'publish' | 'cut'> {
  return {
    link: createMqttLink({ development: true }),
    heard: (topic) =>
      new Promise((resolve) => broker.onMessage((message) => message.topic === topic && resolve(message.payload))),
    publish: (topic, payload, options) => broker.publish(topic, payload, options),
    cut: (clientId) => broker.disconnect(clientId),
  };
}

describe('MQTT over TCP', () => {
  linkContract(() => againstAedes((broker) => `mqtt://127.0.0.1:${broker.ports().tcp}`));
});

describe('MQTT over WebSocket', () => {
  linkContract(() => againstAedes((broker) => `ws://127.0.0.1:${broker.ports().webSocket}/mqtt`));
});

describe('MQTT over TLS', () => {
  linkContract(() => behindTls('mqtts', (broker) => broker.ports().tcp));
});

describe('MQTT over WebSocket over TLS', () => {
  linkContract(() => behindTls('wss', (broker) => broker.ports().webSocket));
});

const nowhere = {
  trust: nothing,
  clientId: 'd1',
  username: 'd1',
  password: 'secret',
  will: { topic: 'f/s1/d1/up/status', payload: new Uint8Array() },
  onMessage: () => undefined,
  onClose: () => undefined,
};

describe('the MQTT link', () => {
  it.each(['mqtt://192.0.2.1:1883', 'ws://example.com/mqtt', 'http://127.0.0.1', 'ftp://example.com', 'nonsense'])(
    'never opens %s',
    async (url) => {
      const attempt = createMqttLink({ development: true }).connect({ ...nowhere, endpoints: [url] });
      await expect(attempt).rejects.toMatchObject({ code: 'insecure_url', field: 'url' });
    },
  );

  it.each(['mqtt://127.0.0.1:1', 'ws://localhost:1/mqtt'])('opens %s in development only', async (url) => {
    const attempt = createMqttLink().connect({ ...nowhere, endpoints: [url] });
    await expect(attempt).rejects.toMatchObject({ code: 'insecure_url' });
  });

  it.each([
    ['mqtt', 'link_unreachable'],
    ['mqtts', 'tls_failed'],
    ['ws', 'link_unreachable'],
    ['wss', 'tls_failed'],
  ])('gives up on a peer that takes a connection for %s and says nothing: %s', async (scheme, code) => {
    const silent = createServer();
    const endpoints = [`${scheme}://127.0.0.1:${await listening(silent)}`];
    const link = createMqttLink({ connectTimeoutMs: 50, development: true });
    await expect(link.connect({ ...nowhere, endpoints })).rejects.toMatchObject({ code });
    silent.close();
  });
});
