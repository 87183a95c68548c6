import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../shared/src/testing/index.ts';
import {
  connectExternalBroker,
  createAedesBroker,
  type AedesBroker,
} from '../../fleet-server/src/platform/adapters/index.ts';
import { findMosquitto, required, skipReason, startMosquitto } from '../harness/services/index.ts';
import { brokerContract, type BrokerUnderTest } from './broker.contract.ts';
import { devicePolicy } from './device-policy.ts';
import { systemClock } from './system-clock.ts';

const local = { host: '127.0.0.1', port: 0 };

async function embedded(urlOf: (broker: AedesBroker) => string): Promise<BrokerUnderTest> {
  const broker = await createAedesBroker({ tcp: local, webSocket: local, policy: devicePolicy });
  return {
    broker,
    url: urlOf(broker),
    async restart() {
      await broker.stop();
      await broker.start();
    },
    end: () => broker.close(),
  };
}

describe('aedes over TCP', () => {
  brokerContract(() => embedded((broker) => `mqtt://127.0.0.1:${broker.ports().tcp}`));
});

describe('aedes over WebSocket', () => {
  brokerContract(() => embedded((broker) => `ws://127.0.0.1:${broker.ports().webSocket}/mqtt`));
});

const missing = skipReason(findMosquitto());
describe.skipIf(missing)(`an external Mosquitto${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const server = { clientId: 'fleet-server', clock: systemClock, random: createSeededRandom(1) };

  const external = (protocol: 'url' | 'webSocketUrl') => async (): Promise<BrokerUnderTest> => {
    const mosquitto = required(await startMosquitto());
    const broker = await connectExternalBroker({ ...server, url: mosquitto[protocol] });
    return {
      broker,
      url: mosquitto.url,
      async restart() {
        await mosquitto.stop();
        await mosquitto.start();
      },
      async end() {
        await broker.close();
        await mosquitto.remove();
      },
    };
  };
  describe('over TCP', () => {
    brokerContract(external('url'));
  });
  describe('over WebSocket', () => {
    brokerContract(external('webSocketUrl'));
  });
});

describe('a broker that cannot be had', () => {
  it('names the host and port another program holds', async () => {
    const first = await createAedesBroker({ tcp: local, policy: devicePolicy });
    const { tcp } = first.ports();
    const second = createAedesBroker({ webSocket: local, tcp: { host: '127.0.0.1', port: tcp }, policy: devicePolicy });
    await expect(second).rejects.toMatchObject({
      code: 'port_busy',
      kind: 'unavailable',
      message: expect.stringContaining(`127.0.0.1:${tcp}`),
    });
    await first.close();
  });

  it('is unreachable by name, without its password', async () => {
    const url = 'mqtt://user:hidden@127.0.0.1:1';
    const connecting = connectExternalBroker({
      url,
      clientId: 'fleet-server',
      clock: systemClock,
      random: createSeededRandom(1),
    });
    await expect(connecting).rejects.toMatchObject({
      code: 'broker_unreachable',
      message: expect.not.stringContaining('hidden'),
    });
  });
});
