import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createMqttLink } from '../../agent/src/node/link/mqtt-link.ts';
import { createAedesBroker, type AedesBroker } from '../../fleet-server/src/platform/adapters/index.ts';
import { devicePolicy } from '../contracts/device-policy.ts';
import { linkContract, type LinkUnderTest } from './link.contract.ts';

const local = { host: '127.0.0.1', port: 0 };

async function againstAedes(urlOf: (broker: AedesBroker) => string): Promise<LinkUnderTest> {
  const broker = await createAedesBroker({ tcp: local, webSocket: local, policy: devicePolicy });
  return {
    link: createMqttLink(),
    url: urlOf(broker),
    heard: (topic) =>
      new Promise((resolve) => broker.onMessage((message) => message.topic === topic && resolve(message.payload))),
    publish: (topic, payload, options) => broker.publish(topic, payload, options),
    cut: (clientId) => broker.disconnect(clientId),
    end: () => broker.close(),
  };
}

describe('MQTT over TCP', () => {
  linkContract(() => againstAedes((broker) => `mqtt://127.0.0.1:${broker.ports().tcp}`));
});

describe('MQTT over WebSocket', () => {
  linkContract(() => againstAedes((broker) => `ws://127.0.0.1:${broker.ports().webSocket}/mqtt`));
});

const nowhere = {
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
      const attempt = createMqttLink().connect({ ...nowhere, url });
      await expect(attempt).rejects.toMatchObject({ code: 'insecure_url', field: 'url' });
    },
  );

  it('gives up on a peer that takes the connection and says nothing', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const attempt = createMqttLink({ connectTimeoutMs: 50 }).connect({ ...nowhere, url: `mqtt://127.0.0.1:${port}` });
    await expect(attempt).rejects.toMatchObject({ code: 'link_unreachable' });
    silent.close();
  });
});
