import type { KeyObject } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { MqttClient } from 'mqtt';
import { messageOf } from '@plumbline/shared/errors';
import { LINK_ERRORS, LinkError, type Connection, type ConnectOptions, type Link } from '../../ports/index.ts';
import { openEndpoint } from './endpoint.ts';
import { connectionOf } from '../../link/mqtt/connection.ts';
import { realTimer } from '../platform/node-clock.ts';
import { limitPackets } from './packet-limit.ts';
import { bufferOf, bytesOf } from './payload-bytes.ts';
import type { ProxySettings } from './proxy.ts';
import { deadline } from './secure-socket.ts';

export interface MqttLinkOptions {
  /** The device key, asked for when there is a certificate to show. */
  deviceKey?: () => KeyObject;
  proxy?: ProxySettings | undefined;
  /** What certificates are judged by, together with the time floor; ms. */
  now?: () => number;
  /** Allows plain addresses on loopback. */
  development?: boolean;
  /** How long one endpoint may take, TCP and TLS and CONNACK together. */
  connectTimeoutMs?: number;
  /** Silence after which a ping is sent. */
  keepaliveS?: number;
  /** A broker that takes longer to answer a packet is given up, and the connection with it. */
  answerTimeoutMs?: number;
}

/** CONNACK 3, "server unavailable", is the one refusal that passes by itself (MQTT 3.1.1, 3.2.2.3). */
const SERVER_UNAVAILABLE = 3;

/**
 * mqtt.js with MQTT 3.1.1, clean sessions and no reconnecting of its own; loaded by the first attempt. An attempt
 * begins with the endpoint that worked last.
 */
export function createMqttLink(options: MqttLinkOptions = {}): Link {
  let worked: string | undefined;
  return {
    async connect(asked) {
      const failures: LinkError[] = [];
      for (const url of worksFirst(asked.endpoints, worked)) {
        try {
          const connection = await attempt(url, asked, options);
          worked = url;
          return connection;
        } catch (error) {
          if (!(error instanceof LinkError) || error.code === 'link_refused') throw error;
          failures.push(error);
        }
      }
      throw furthest(failures);
    },
  };
}

async function attempt(url: string, asked: ConnectOptions, options: MqttLinkOptions): Promise<Connection> {
  const { trust, will, onMessage, onClose, clientId, username, password } = asked;
  const { deviceKey, proxy, now = Date.now, development = false } = options;
  const { connectTimeoutMs = 20_000, keepaliveS = 60, answerTimeoutMs = 30_000 } = options;
  const { certificate } = trust;
  const stream = await openEndpoint(url, {
    pin: { cas: trust.cas },
    time: { clock: now(), floor: trust.timeFloor },
    client: certificate !== undefined && deviceKey ? { certificate, key: deviceKey() } : undefined,
    proxy,
    development,
    signal: deadline(connectTimeoutMs),
  });
  const { MqttClient: Client } = await import('mqtt');
  const client = new Client(() => stream, {
    clientId,
    username,
    password,
    will: { ...will, payload: bufferOf(will.payload), qos: 1, retain: true },
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    connectTimeout: connectTimeoutMs,
    keepalive: keepaliveS,
  });
  limitPackets(stream, (error) => client.emit('error', error));
  client.on('message', (topic, payload) => onMessage(topic, bytesOf(payload)));
  await connected(client, stream, url);
  return connectionOf(client, { after: realTimer, payloadOf: bufferOf, onClose, answerTimeoutMs });
}

function connected(client: MqttClient, stream: Duplex, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let lastError: unknown;
    stream.on('error', (error) => (lastError = error));
    const fail = (cause?: unknown) => {
      // Errors of a client that was given up must not reach the process.
      client.removeAllListeners().on('error', () => undefined);
      client.end(true);
      reject(connectFailure(cause ?? lastError, url));
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
  // With TLS 1.3 a server judges our certificate after the handshake, so its alert comes where an answer would.
  const isAlert = typeof code === 'string' && /^ERR_SSL_.*_ALERT_/.test(code);
  if (isAlert || (typeof code === 'number' && code !== SERVER_UNAVAILABLE)) {
    const what = isAlert ? `the certificate of this device is not accepted (${code})` : messageOf(cause);
    return new LinkError('link_refused', `${url}: ${what}`, { kind: 'refused', cause });
  }
  const why = cause === undefined ? 'closed before it answered' : messageOf(cause) || String(code);
  return new LinkError('link_unreachable', `${url}: ${why}`, { kind: 'unavailable', cause });
}

function worksFirst(endpoints: readonly string[], worked: string | undefined): string[] {
  return endpoints.toSorted((a, b) => Number(b === worked) - Number(a === worked));
}

const depth = ({ code }: LinkError) => LINK_ERRORS.indexOf(code);

/** The failure that says most is the one of the endpoint that got furthest; the message tells of all. */
function furthest(failures: readonly LinkError[]): LinkError {
  const [best] = failures.toSorted((a, b) => depth(b) - depth(a));
  if (best === undefined) return new LinkError('link_unreachable', 'no endpoint is known', { kind: 'unavailable' });
  return new LinkError(best.code, failures.map(messageOf).join('; '), {
    kind: best.kind,
    ...(best.field !== undefined && { field: best.field }),
    ...(best.expected !== undefined && { expected: best.expected }),
    cause: best,
  });
}
