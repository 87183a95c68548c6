import type { Broker, BrokerMessage, MessageHandler } from '../../platform/ports/index.ts';

/** A broker that keeps what was published, and lets a test speak as a device. */
export interface MemoryBroker extends Broker {
  published: { topic: string; payload: Uint8Array; retain: boolean }[];
  /** A message from a device, given to everybody who listens. */
  say(message: BrokerMessage): void;
}

export function createMemoryBroker(): MemoryBroker {
  const handlers: MessageHandler[] = [];
  const published: MemoryBroker['published'] = [];
  return {
    published,
    say: (message) => handlers.forEach((handler) => handler(message)),
    publish: async (topic, payload, { retain }) => {
      published.push({ topic, payload, retain });
    },
    onMessage: (handler) => {
      handlers.push(handler);
    },
    disconnect: async () => undefined,
    close: async () => undefined,
  };
}
