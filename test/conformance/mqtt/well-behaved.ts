import { connectAsync } from 'mqtt';
import type { AedesBroker } from '../../../fleet-server/src/platform/adapters/index.ts';

export interface WellBehaved {
  /** True when one message came through each way. */
  isServed(): Promise<boolean>;
  close(): void;
}

const PATIENCE_MS = 10_000;

/** A client that does everything right, beside others that do not. */
export async function openWellBehaved(broker: AedesBroker, up: string, down: string): Promise<WellBehaved> {
  const url = `mqtt://127.0.0.1:${broker.ports().tcp}`;
  const client = await connectAsync(url, { clientId: 'well', protocolVersion: 4, reconnectPeriod: 0 }, false);
  await client.subscribeAsync(down, { qos: 1 });
  const waiting = new Map<string, () => void>();
  const arrived = (bytes: Uint8Array) => waiting.get(Buffer.from(bytes).toString())?.();
  client.on('message', (_topic, payload) => arrived(payload));
  broker.onMessage(({ topic, payload }) => topic === up && arrived(payload));

  let sent = 0;
  const arrival = (body: string): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    waiting.set(body, () => resolve(true));
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(body);
    });
  };
  return {
    async isServed() {
      sent += 1;
      const both = Promise.all([arrival(`up ${sent}`), arrival(`down ${sent}`)]);
      client.publish(up, `up ${sent}`, { qos: 1 });
      await broker.publish(down, Buffer.from(`down ${sent}`), { retain: false });
      return (await both).every(Boolean);
    },
    close: () => void client.end(true),
  };
}
