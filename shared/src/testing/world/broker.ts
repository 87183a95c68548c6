import { CodedError } from '../../errors/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Chance } from './chance.ts';
import { disturb } from './disturb.ts';
import type { Life } from './life.ts';
import { createPipe, type Pipe } from './pipe.ts';
import type { Weather } from './weather.ts';

export class DialError extends CodedError<'dial_unreachable' | 'dial_refused' | 'connection_closed'> {
  override readonly name = 'DialError';
}

export interface DialOptions {
  clientId: string;
  username: string;
  will: { topic: string; payload: Uint8Array };
  onMessage: (topic: string, payload: Uint8Array) => void;
  onClose: (reason: string) => void;
}

/** A device's end of a connection. */
export interface DeviceEnd {
  publish(topic: string, payload: Uint8Array, options?: { retain?: boolean }): Promise<void>;
  subscribe(filter: string): Promise<void>;
  close(): Promise<void>;
}

/** What the server that holds the broker does with it. */
export interface BrokerHooks {
  admit: (clientId: string, username: string) => Promise<boolean>;
  message: (topic: string, payload: Uint8Array) => void;
}

/** The broker inside one life of a server: it dies with it, and what it retained as well. */
export interface HostedBroker {
  publish(topic: string, payload: Uint8Array, options: { retain: boolean }): void;
  disconnect(clientId: string): void;
  crash(): void;
}

/** MQTT 3.1.1 as far as the fleet uses it: clean sessions, QoS 1, retained messages and wills, over simulated TCP. */
export interface SimulatedBroker {
  dial(options: DialOptions, life: Life): Promise<DeviceEnd>;
  host(hooks: BrokerHooks): HostedBroker;
  /** Ends every connection at once, as a router that restarts does. */
  reset(): void;
  /** One direction of every connection, or both, goes nowhere from here on; only keep-alive finds out. */
  halfOpen(which: 'up' | 'down' | 'both'): void;
  /** Nothing passes until it is lifted; for everybody under the broker's own weather, or under one of `weatherOf`. */
  setPartitioned(isPartitioned: boolean, weather?: Weather): void;
  counts(): BrokerCounts;
}

export interface BrokerCounts {
  dials: number;
  /** Messages that were lost, doubled, overtaken or damaged, and connections that were cut, on purpose. */
  disturbed: number;
}

export interface BrokerDeps {
  clock: Clock;
  weather: Weather;
  /** Clients that have a weather of their own; the others share the broker's. */
  weatherOf?: (clientId: string) => Weather;
  chance: Chance;
  note: (what: string) => void;
}

const DIAL_TIMEOUT_MS = 30_000;
/** One and a half keep-alives of a minute. */
const DEVICE_NOTICES_MS = 90_000;
const BROKER_NOTICES_MS = 135_000;
const HEADER_BYTES = 8;

interface Link {
  options: DialOptions;
  weather: Weather;
  up: Pipe;
  down: Pipe;
  /** Level by level. */
  filters: string[][];
  /** The broker holds this client. */
  isHeld: boolean;
  closeDevice: (reason: string) => void;
  waiting: Set<(error: Error) => void>;
}

interface Hosted {
  hooks: BrokerHooks;
  retained: Map<string, Uint8Array>;
  clients: Map<string, Link>;
}

export function createBroker({ clock, weather: common, weatherOf, chance, note }: BrokerDeps): SimulatedBroker {
  const links = new Set<Link>();
  const counts: BrokerCounts = { dials: 0, disturbed: 0 };
  let host: Hosted | undefined;
  const lifts = new Map<Weather, () => void>();

  const pass = (topic: string, payload: Uint8Array, deliver: (payload: Uint8Array) => void, of: Link | undefined) => {
    const fate = disturb(topic, payload, of?.weather ?? common, chance);
    if (fate.what !== undefined) {
      counts.disturbed += 1;
      note(`net ${fate.what} ${topic} ${payload.length}`);
    }
    for (const { payload: sent, afterMs } of fate.copies) {
      if (afterMs === 0) deliver(sent);
      else clock.after(afterMs, () => deliver(sent));
    }
    // What belongs to a session is not lost while the session lives on: the connection goes with it.
    if (fate.breaksSession && of !== undefined) clock.after(chance.integer(100, 60_000), () => breakOff(of, 'reset'));
  };

  const toServer = (of: Link | undefined, topic: string, payload: Uint8Array, retain: boolean) => {
    const at = host;
    if (at === undefined) return;
    if (retain) at.retained.set(topic, payload);
    pass(topic, payload, (sent) => host === at && at.hooks.message(topic, sent), of);
  };

  const toDevice = (link: Link, topic: string, payload: Uint8Array) =>
    pass(
      topic,
      payload,
      (sent) => link.down.send(sent.length + topic.length + HEADER_BYTES, () => link.options.onMessage(topic, sent)),
      link,
    );

  /** The broker lets go of a client; its will is told unless it said goodbye. */
  const release = (link: Link, saysWill: boolean) => {
    if (!link.isHeld) return;
    link.isHeld = false;
    if (host?.clients.get(link.options.clientId) === link) host.clients.delete(link.options.clientId);
    const { will } = link.options;
    if (saysWill) toServer(undefined, will.topic, will.payload, true);
  };

  const breakOff = (link: Link, reason: string) => {
    if (!links.delete(link)) return;
    link.up.close();
    link.down.close();
    release(link, true);
    link.closeDevice(reason);
  };

  const noticeLater = (link: Link, isStill: () => boolean) => {
    clock.after(DEVICE_NOTICES_MS, () => {
      if (!links.has(link) || !isStill()) return;
      link.up.close();
      link.down.close();
      links.delete(link);
      link.closeDevice('keep-alive');
    });
    clock.after(BROKER_NOTICES_MS, () => isStill() && release(link, true));
  };

  const subscribe = (link: Link, filter: string) => {
    const wanted = filter.split('/');
    link.filters.push(wanted);
    for (const [topic, payload] of host?.retained ?? []) {
      if (matches(wanted, topic.split('/'))) toDevice(link, topic, payload);
    }
  };

  /** Asks something of the broker over the connection; resolves when its answer is back. */
  const ask = (link: Link, sizeBytes: number, work: () => void): Promise<void> => {
    if (!links.has(link)) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      link.waiting.add(reject);
      link.up.send(sizeBytes + HEADER_BYTES, () => {
        work();
        link.down.send(HEADER_BYTES, () => {
          link.waiting.delete(reject);
          resolve();
        });
      });
    });
  };

  return {
    async dial(options, life) {
      counts.dials += 1;
      if (!life.isAlive()) return life.never();
      const weather = weatherOf?.(options.clientId) ?? common;
      if (weather.isPartitioned) {
        await life.wait(DIAL_TIMEOUT_MS);
        throw new DialError('dial_unreachable', 'nobody answers', { kind: 'unavailable' });
      }
      await life.wait(Math.round(3 * weather.latencyMs + chance.next() * weather.jitterMs) + 1);
      const at = host;
      if (at === undefined) throw new DialError('dial_unreachable', 'the port is closed', { kind: 'unavailable' });
      const isAdmitted = await at.hooks.admit(options.clientId, options.username);
      if (!life.isAlive()) return life.never();
      if (host !== at) throw new DialError('dial_unreachable', 'the server went away', { kind: 'unavailable' });
      if (!isAdmitted) throw new DialError('dial_refused', 'the server says no', { kind: 'forbidden' });
      const old = at.clients.get(options.clientId);
      if (old !== undefined) breakOff(old, 'taken over');
      const link: Link = {
        options,
        weather,
        up: createPipe(clock, weather, chance),
        down: createPipe(clock, weather, chance),
        filters: [],
        isHeld: true,
        waiting: new Set(),
        closeDevice(reason) {
          for (const reject of link.waiting) reject(closed());
          link.waiting.clear();
          if (life.isAlive()) options.onClose(reason);
        },
      };
      links.add(link);
      at.clients.set(options.clientId, link);
      life.onEnd(() => {
        // A power cut says nothing to the other end; a process that dies has its sockets closed for it.
        links.delete(link);
        link.up.close();
        link.down.close();
        clock.after(chance.happens(0.5) ? weather.latencyMs : BROKER_NOTICES_MS, () => release(link, true));
      });
      return {
        publish: (topic, payload, { retain = false } = {}) =>
          ask(link, payload.length + topic.length, () => toServer(link, topic, payload, retain)),
        subscribe: (filter) => ask(link, filter.length, () => subscribe(link, filter)),
        async close() {
          if (!links.delete(link)) return;
          link.closeDevice('closed');
          link.up.send(HEADER_BYTES, () => release(link, false));
        },
      };
    },

    host(hooks) {
      const own: Hosted = { hooks, retained: new Map(), clients: new Map() };
      host = own;
      return {
        publish(topic, payload, { retain }) {
          if (host !== own) return;
          if (retain) own.retained.set(topic, payload);
          const levels = topic.split('/');
          for (const link of own.clients.values()) {
            if (link.filters.some((filter) => matches(filter, levels))) toDevice(link, topic, payload);
          }
        },
        disconnect(clientId) {
          const link = own.clients.get(clientId);
          if (link !== undefined) breakOff(link, 'disconnected');
        },
        crash() {
          if (host !== own) return;
          host = undefined;
          for (const link of own.clients.values()) {
            link.isHeld = false;
            link.up.close();
            // What the kernel had taken may still go out before the connection is reset.
            if (chance.happens(0.5)) link.down.send(HEADER_BYTES, () => breakOff(link, 'reset'));
            else clock.after(link.weather.latencyMs, () => breakOff(link, 'reset'));
            clock.after(DEVICE_NOTICES_MS, () => breakOff(link, 'keep-alive'));
          }
        },
      };
    },

    reset() {
      for (const link of links) {
        counts.disturbed += 1;
        breakOff(link, 'reset');
      }
    },

    halfOpen(which) {
      for (const link of links) {
        counts.disturbed += 1;
        if (which !== 'down') link.up.deaden();
        if (which !== 'up') link.down.deaden();
        noticeLater(link, () => true);
      }
    },

    setPartitioned(isPartitioned, weather = common) {
      if (weather.isPartitioned === isPartitioned) return;
      weather.isPartitioned = isPartitioned;
      const concerned = [...links].filter((link) => link.weather === weather);
      if (isPartitioned) {
        counts.disturbed += 1;
        const until = { isOver: false };
        lifts.set(weather, () => {
          until.isOver = true;
        });
        for (const link of concerned) noticeLater(link, () => !until.isOver);
        return;
      }
      lifts.get(weather)?.();
      for (const link of concerned) {
        link.up.flush();
        link.down.flush();
      }
    },

    counts: () => ({ ...counts }),
  };
}

function closed(): DialError {
  return new DialError('connection_closed', 'the connection is gone', { kind: 'unavailable' });
}

function matches(wanted: readonly string[], given: readonly string[]): boolean {
  return wanted.length === given.length && wanted.every((level, i) => level === '+' || level === given[i]);
}
