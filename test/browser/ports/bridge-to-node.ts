import { readFile } from 'node:fs/promises';
import { fromBase64, toBase64 } from '@plumbline/shared/trust';
import { createAedesBroker, type AedesBroker } from '../../../fleet-server/src/platform/adapters/index.ts';
import { webSocketListener } from '../../../fleet-server/src/platform/adapters/aedes-upgrades.ts';
import { foreignModels } from '../../../fleet-server/src/supply/onnx/foreign-models.ts';
import { vectorsPath } from '../../conformance/conformance.ts';
import { devicePolicy } from '../../contracts/device-policy.ts';
import type { Bridge } from '../../runtimes/core-suites/run-suites.ts';
import { probedModels } from './probed-models.ts';

const local = { host: '127.0.0.1', port: 0 };
/** CONNACK, then a PUBLISH that announces 200 MB. */
const CONNACK = Uint8Array.of(0x20, 2, 0, 0);
const HUGE = Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x64, 0, 1);

/**
 * What the suites of the ports want of Node: a broker, models, and what Node answers with them.
 * @param roomBytes how much the browser lets one origin store, when that is little enough to be filled
 */
export function bridgeToNode(roomBytes: number | undefined) {
  let broker: AedesBroker | undefined;
  const listeners: ReturnType<typeof webSocketListener>[] = [];
  return {
    roomBytes: () => roomBytes,
    probedModels,
    wycheproof: async () => JSON.parse(await readFile(vectorsPath('wycheproof-ed25519_test.json'), 'utf8')),
    foreignModels(names: string[]) {
      const foreign = foreignModels();
      const read = (name: string) => [name, toBase64(foreign.read(name))];
      return { absent: foreign.absent, models: Object.fromEntries(foreign.absent ? [] : names.map(read)) };
    },
    async openBroker() {
      broker = await createAedesBroker({ webSocket: local, policy: devicePolicy });
      return `ws://127.0.0.1:${broker.ports().webSocket}/mqtt`;
    },
    heard: (topic: string) =>
      new Promise((resolve) =>
        broker?.onMessage((message) => message.topic === topic && resolve(toBase64(message.payload))),
      ),
    publish: (topic: string, payload: string, retain: boolean) =>
      broker?.publish(topic, fromBase64(payload), { retain }),
    cut: (clientId: string) => broker?.disconnect(clientId),
    closeBroker: () => broker?.close(),
    async openHugePacket() {
      const listener = webSocketListener(local, (carrier) => {
        carrier.once('data', () => {
          carrier.write(CONNACK);
          setTimeout(() => carrier.write(HUGE), 50);
        });
        carrier.on('error', () => undefined);
      });
      await listener.start();
      listeners.push(listener);
      return `ws://127.0.0.1:${listener.port()}/mqtt`;
    },
    async end() {
      await Promise.all(listeners.splice(0).map((listener) => listener.stop()));
    },
  } satisfies Bridge;
}
