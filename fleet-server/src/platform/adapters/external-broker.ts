import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import type { Clock, Random } from '@plumbline/shared/ports';
import {
  BrokerError,
  UPLINK_FILTER,
  withoutThrowing,
  type Broker,
  type BrokerMessage,
  type MessageHandler,
} from '../ports/index.ts';

export interface ExternalBrokerOptions {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  url: string;
  clientId: string;
  username?: string;
  password?: string;
  clock: Clock;
  random: Random;
  /** Told of lost connections and of message handlers that failed. */
  onError?: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Full jitter up to 1 s, 2 s, 4 s … 30 s: one client, so the ceiling is lower than a fleet's. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * A broker run by someone else (Mosquitto, EMQX …), which decides itself who may do what: it must be configured with
 * the permissions in `shared/wire`. Its retained messages may be lost when it restarts.
 *
 * @throws BrokerError `broker_unreachable` when the first connection fails; later ones are tried for ever.
 */
export async function connectExternalBroker(options: ExternalBrokerOptions): Promise<Broker> {
  const { url, clientId, clock, random } = options;
  const settings = settingsOf(options);
  const unreachable = (cause?: unknown) => {
    const { protocol, host } = new URL(url);
    const more = cause === undefined ? {} : { cause };
    return new BrokerError('broker_unreachable', `The broker ${protocol}//${host} is not reachable.`, {
      kind: 'unavailable',
      field: 'url',
      ...more,
    });
  };
  const client = await connectAsync(url, { ...settings, clientId }, false).catch((error: unknown) => {
    throw unreachable(error);
  });
  const onError = (error: Error) => options.onError?.(error);
  const handlers = new Set<MessageHandler>();
  // Retained births arrive with the subscription, before anybody had a chance to listen.
  const early: BrokerMessage[] = [];
  client.on('message', (topic, payload) => {
    const message = { topic, payload };
    if (handlers.size === 0) early.push(message);
    for (const handler of handlers) handler(message);
  });
  client.on('error', onError); // a `close` follows, which is where it is answered
  // mqtt.js forgets what was on its way when a connection ends: without this a publish would wait for ever.
  const underWay = new Set<(reason: Error) => void>();
  client.on('close', () => {
    for (const fail of underWay) fail(new Error('connection closed'));
  });
  client.on('connect', () => client.subscribe(UPLINK_FILTER, { qos: 1 }));
  const stopTrying = keepConnected(client, clock, random);
  await client.subscribeAsync(UPLINK_FILTER, { qos: 1 });

  return {
    async publish(topic, payload, { retain }) {
      // Not queued: mqtt.js keeps at most 65 535 unsent messages and loses the rest without a word.
      if (!client.connected) throw unreachable();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      underWay.add(reject);
      client.publish(topic, Buffer.from(payload), { qos: 1, retain }, (error) => (error ? reject(error) : resolve()));
      await promise
        .catch((error: unknown) => {
          throw unreachable(error);
        })
        .finally(() => underWay.delete(reject));
    },
    onMessage(handler) {
      const guarded = withoutThrowing(handler, onError);
      handlers.add(guarded);
      for (const message of early.splice(0)) guarded(message);
    },
    async disconnect(otherId) {
      // MQTT has no order to drop a client, but a second one of the same id takes the place of the first.
      const usurper = await connectAsync(url, { ...settings, clientId: otherId }, false).catch((error: unknown) => {
        throw unreachable(error);
      });
      await usurper.endAsync();
    },
    async close() {
      stopTrying();
      await client.endAsync(true);
    },
  };
}

function settingsOf({ username, password }: ExternalBrokerOptions): IClientOptions {
  return {
    protocolVersion: 4,
    clean: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Its own loop tries every second without jitter.
    reconnectPeriod: 0,
    resubscribe: false,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

/** Connects again after every loss, further apart each time; the returned function ends that. */
function keepConnected(client: MqttClient, clock: Clock, random: Random): () => void {
  let attempt = 0;
  let ended = false;
  let takeBack: (() => void) | undefined;
  client.on('connect', () => {
    attempt = 0;
  });
  client.on('close', () => {
    if (ended) return;
    const longest = Math.min(FIRST_RETRY_MS * 2 ** attempt, LONGEST_RETRY_MS);
    attempt += 1;
    takeBack?.();
    takeBack = clock.after(random.next() * longest, () => void client.reconnect());
  });
  return () => {
    ended = true;
    takeBack?.();
  };
}
