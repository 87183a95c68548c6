import type { MqttClient } from 'mqtt';
import { messageOf } from '@plumbline/shared/errors';
import { LinkError, type Connection, type ConnectOptions, type Link } from '../../ports/index.ts';
import { checkSecureUrl } from './secure-url.ts';

export interface MqttLinkOptions {
  /** How long one attempt may take, TCP and TLS and CONNACK together. */
  connectTimeoutMs?: number;
  /** Silence after which a ping is sent. */
  keepaliveS?: number;
  /** A broker that takes longer to answer a packet is given up, and the connection with it. */
  answerTimeoutMs?: number;
}

const SCHEMES = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];
/** CONNACK 3, "server unavailable", is the one refusal that passes by itself (MQTT 3.1.1, 3.2.2.3). */
const SERVER_UNAVAILABLE = 3;
const GOODBYE_MS = 2000;

/** mqtt.js with MQTT 3.1.1, clean sessions and no reconnecting of its own; loaded by the first attempt. */
export function createMqttLink(options: MqttLinkOptions = {}): Link {
  const { connectTimeoutMs = 20_000, keepaliveS = 60, answerTimeoutMs = 30_000 } = options;
  return {
    async connect({ url, will, onMessage, onClose, ...credentials }) {
      checkSecureUrl(url, SCHEMES);
      const { connect } = await import('mqtt');
      const client = connect(url, {
        ...credentials,
        will: { ...will, payload: bufferOf(will.payload), qos: 1, retain: true },
        protocolVersion: 4,
        clean: true,
        reconnectPeriod: 0,
        resubscribe: false,
        connectTimeout: connectTimeoutMs,
        keepalive: keepaliveS,
      });
      client.on('message', (topic, payload) => onMessage(topic, bytesOf(payload)));
      await connected(client, url);
      return connectionOf(client, onClose, answerTimeoutMs);
    },
  };
}

function connected(client: MqttClient, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown) => {
      // Errors of a client that was given up must not reach the process.
      client.removeAllListeners().on('error', () => undefined);
      client.end(true);
      reject(connectFailure(cause, url));
    };
    const closed = () => fail();
    client.once('connect', () => {
      client.off('error', fail).off('close', closed);
      resolve();
    });
    client.once('error', fail);
    client.once('close', closed);
  });
}

function connectFailure(cause: unknown, url: string): LinkError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (typeof code === 'number' && code !== SERVER_UNAVAILABLE) {
    return new LinkError('link_refused', `${url}: ${messageOf(cause)}`, { kind: 'refused', cause });
  }
  const why = cause === undefined ? 'closed before it answered' : messageOf(cause) || String(code);
  return new LinkError('link_unreachable', `${url}: ${why}`, { kind: 'unavailable', cause });
}

function connectionOf(client: MqttClient, onClose: ConnectOptions['onClose'], answerTimeoutMs: number): Connection {
  /** mqtt.js forgets what was on its way when a connection ends; whoever waits for it is told here. */
  const waiting = new Set<(failure?: LinkError) => void>();
  let lastError: string | undefined;
  client.on('error', (error) => (lastError = messageOf(error)));
  client.once('close', () => {
    client.end(true);
    const reason = lastError ?? 'connection closed';
    for (const settle of waiting) settle(linkClosed(reason));
    onClose(reason);
  });
  const untilClosed = <T>(start: (done: (error?: Error | null, value?: T) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      if (!client.connected) return reject(linkClosed(lastError ?? 'connection closed'));
      const silence = setTimeout(() => client.end(true), answerTimeoutMs);
      const settle = (failure?: LinkError) => {
        clearTimeout(silence);
        waiting.delete(settle);
        if (failure) reject(failure);
        else resolve();
      };
      waiting.add(settle);
      start((error) => settle(error ? linkClosed(messageOf(error), error) : undefined));
    });

  return {
    publish: (topic, payload, { retain = false } = {}) =>
      untilClosed((done) => client.publish(topic, bufferOf(payload), { qos: 1, retain }, done)),
    subscribe: (filter) =>
      untilClosed((done) =>
        client.subscribe(filter, { qos: 1 }, (error, granted) => done(error ?? deniedOf(granted, filter))),
      ),
    close: () =>
      new Promise((resolve) => {
        const giveUp = setTimeout(() => client.end(true, () => resolve()), GOODBYE_MS);
        client.end(false, () => {
          clearTimeout(giveUp);
          resolve();
        });
      }),
  };
}

/** SUBACK 0x80: the broker took the packet and denied the filter. */
function deniedOf(granted: { qos: number }[] | undefined, filter: string): Error | undefined {
  return granted?.some(({ qos }) => qos > 2) ? new Error(`subscription to ${filter} denied`) : undefined;
}

function linkClosed(reason: string, cause?: unknown): LinkError {
  return new LinkError('link_closed', reason, { kind: 'unavailable', cause });
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bytesOf(payload: Buffer): Uint8Array {
  return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
}
