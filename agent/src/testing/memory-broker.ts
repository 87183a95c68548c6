import { LinkError, type ConnectOptions, type Link } from '../ports/index.ts';

/** A broker in memory: retained messages, wills, and a network that can be cut. */
export interface MemoryBroker {
  link: Link;
  /** What the fleet server says. */
  publish(topic: string, payload: Uint8Array, options?: { retain?: boolean }): void;
  /** What the fleet server hears. */
  onMessage(listener: (topic: string, payload: Uint8Array) => void): void;
  retained(topic: string): Uint8Array | undefined;
  /** Ends every connection; wills are published. */
  drop(): void;
  /** While down, nobody connects. */
  setUp(up: boolean): void;
  /** Messages upwards vanish while this says so, though the broker takes them. */
  loseUpwards(lose: boolean): void;
  connects(): ConnectOptions[];
}

interface Client {
  options: ConnectOptions;
  filters: string[];
  end: (reason: string) => void;
}

export function createMemoryBroker(): MemoryBroker {
  const clients = new Set<Client>();
  const retained = new Map<string, Uint8Array>();
  const listeners: ((topic: string, payload: Uint8Array) => void)[] = [];
  const connects: ConnectOptions[] = [];
  let isUp = true;
  let isLosing = false;

  const toClients = (topic: string, payload: Uint8Array) => {
    for (const { filters, options } of clients) {
      if (filters.some((filter) => matches(filter, topic))) queueMicrotask(() => options.onMessage(topic, payload));
    }
  };
  const fromClient = (topic: string, payload: Uint8Array, retain: boolean) => {
    if (retain) retained.set(topic, payload);
    if (isLosing) return;
    for (const listener of listeners) queueMicrotask(() => listener(topic, payload));
  };

  return {
    link: {
      async connect(options) {
        connects.push(options);
        if (!isUp) throw new LinkError('link_unreachable', 'the broker is down', { kind: 'unavailable' });
        const client: Client = {
          options,
          filters: [],
          end(reason) {
            if (clients.delete(client)) options.onClose(reason);
          },
        };
        clients.add(client);
        const check = () => {
          if (!clients.has(client)) throw new LinkError('link_closed', 'connection is gone', { kind: 'unavailable' });
        };
        return {
          async publish(topic, payload, { retain = false } = {}) {
            check();
            fromClient(topic, payload, retain);
          },
          async subscribe(filter) {
            check();
            client.filters.push(filter);
            for (const [topic, payload] of retained) {
              if (matches(filter, topic)) queueMicrotask(() => options.onMessage(topic, payload));
            }
          },
          close: async () => client.end('closed'),
        };
      },
    },
    publish(topic, payload, { retain = false } = {}) {
      if (retain) retained.set(topic, payload);
      toClients(topic, payload);
    },
    onMessage: (listener) => void listeners.push(listener),
    retained: (topic) => retained.get(topic),
    drop() {
      for (const client of clients) {
        retained.set(client.options.will.topic, client.options.will.payload);
        client.end('dropped');
      }
    },
    setUp(up) {
      isUp = up;
    },
    loseUpwards(lose) {
      isLosing = lose;
    },
    connects: () => connects,
  };
}

function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const given = topic.split('/');
  return wanted.length === given.length && wanted.every((level, i) => level === '+' || level === given[i]);
}
