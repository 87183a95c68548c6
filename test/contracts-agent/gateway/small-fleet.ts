import { createServer } from 'node:http';
import type { MemoryBroker } from '../../../agent/src/testing/memory-broker.ts';
import { CA_PEM, DEVICE, mintIdentity, SITE } from '../../../agent/src/testing/mint.ts';
import { createSmallServer, type SmallServer } from '../../../agent/src/testing/small-server.ts';
import { createAedesBroker } from '../../../fleet-server/src/platform/adapters/index.ts';
import { certificateSha256, formatEnrolmentCode } from '../../../shared/src/trust/index.ts';

/** A fleet of one device over real HTTP and real MQTT, with the server logic of the core's own tests behind it. */
export interface SmallFleet extends AsyncDisposable {
  code: string;
  server: SmallServer;
}

export async function startSmallFleet(): Promise<SmallFleet> {
  const broker = await createAedesBroker({
    tcp: { host: '127.0.0.1', port: 0 },
    policy: {
      authenticate: async (clientId, username) => (username === `${SITE}/${DEVICE}` ? { clientId } : null),
      authorize: (action, _who, topic) =>
        topic.startsWith(`f/${SITE}/${DEVICE}/${action === 'publish' ? 'up' : 'dn'}/`),
    },
  });
  const mqttUrl = `mqtt://127.0.0.1:${broker.ports().tcp}`;
  const { root, rootSha256, certificate, enrolledAt } = await mintIdentity();
  const webSocketUrl = mqttUrl.replace('mqtt', 'ws');
  const http = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ site: SITE, device: DEVICE, mqttUrl, webSocketUrl, root, certificate, ca: CA_PEM }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const wire: Pick<MemoryBroker, 'publish' | 'onMessage'> = {
    publish: (topic, payload, options) => void broker.publish(topic, payload, { retain: false, ...options }),
    onMessage: (handler) => broker.onMessage(({ topic, payload }) => handler(topic, new Uint8Array(payload))),
  };
  return {
    code: formatEnrolmentCode({
      v: 1,
      url: `http://127.0.0.1:${port}`,
      token: 'token-of-one-device',
      rootSha256,
      caSha256: certificateSha256(CA_PEM),
      issuedAt: enrolledAt,
    }),
    server: createSmallServer(wire as MemoryBroker),
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await broker.close();
    },
  };
}
