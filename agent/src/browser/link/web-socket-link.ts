import { messageOf } from '@plumbline/shared/errors';
import { connectionOf } from '../../link/mqtt/connection.ts';
import { createPacketMeter } from '../../link/mqtt/meter.ts';
import { LinkError, LINK_ERRORS, type Connection, type ConnectOptions, type Link } from '../../ports/index.ts';
import { startMqtt, type MqttClient } from './mqtt-client.ts';
import { openSocket } from './open-socket.ts';

export interface WebSocketLinkOptions {
  connectTimeoutMs?: number;
  /** Silence after which a ping is sent. */
  keepaliveS?: number;
  answerTimeoutMs?: number;
}

/** CONNACK 3, "server unavailable", is the one refusal that passes by itself (MQTT 3.1.1, section 3.2.2.3). */
const SERVER_UNAVAILABLE = 3;

/**
 * mqtt.js over WebSocket with MQTT 3.1.1, clean sessions and no reconnecting of its own. The server's certificate is
 * judged by the browser: a page can neither pin an authority nor show a certificate of its own, so the token in the
 * password is what speaks for the device.
 */
export function createWebSocketLink(options: WebSocketLinkOptions = {}): Link {
  return {
    async connect(asked) {
      const failures: LinkError[] = [];
      for (const url of asked.endpoints.filter((one) => /^wss?:/.test(one))) {
        try {
          return await attempt(url, asked, options);
        } catch (error) {
          if (!(error instanceof LinkError) || error.code === 'link_refused') throw error;
          failures.push(error);
        }
      }
      throw furthest(failures);
    },
  };
}

async function attempt(url: string, asked: ConnectOptions, options: WebSocketLinkOptions): Promise<Connection> {
  const { will, onMessage, onClose, clientId, username, password } = asked;
  const { connectTimeoutMs = 20_000, keepaliveS = 60, answerTimeoutMs = 30_000 } = options;
  const socket = await openSocket(url, connectTimeoutMs);
  limitPackets(socket);
  const client = await startMqtt(url, {
    clientId,
    username,
    password,
    will: { ...will, qos: 1, retain: true },
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    connectTimeout: connectTimeoutMs,
    keepalive: keepaliveS,
    timerVariant: 'native',
    createWebsocket: () => socket,
  });
  client.on('message', (topic, payload) => onMessage(topic, new Uint8Array(payload)));
  await connected(client, url);
  return connectionOf(client, { after, payloadOf: (bytes) => bytes, onClose, answerTimeoutMs });
}

/** Ends a connection on which a packet longer than any message of ours is announced, before anybody collects it. */
function limitPackets(socket: WebSocket): void {
  const isInLimit = createPacketMeter();
  socket.addEventListener('message', (event: MessageEvent<ArrayBuffer>) => {
    if (isInLimit(new Uint8Array(event.data))) return;
    event.stopImmediatePropagation();
    socket.close();
  });
}

/** A worker is let run its own timers, and a connection does not outlive it. */
function after(delayMs: number, task: () => void): () => void {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
}

function connected(client: MqttClient, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: Error) => {
      // Errors of a client that was given up must not reach the worker.
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

function connectFailure(cause: Error | undefined, url: string): LinkError {
  const code = cause !== undefined && 'code' in cause ? cause.code : undefined;
  if (typeof code === 'number' && code !== SERVER_UNAVAILABLE) {
    return new LinkError('link_refused', `${url}: ${messageOf(cause)}`, { kind: 'refused', cause });
  }
  const why = cause === undefined ? 'closed before it answered' : messageOf(cause) || String(code);
  return new LinkError('link_unreachable', `${url}: ${why}`, { kind: 'unavailable', cause });
}

const depth = ({ code }: LinkError) => LINK_ERRORS.indexOf(code);

/** The failure that says most is the one of the endpoint that got furthest; the message tells of all. */
function furthest(failures: readonly LinkError[]): LinkError {
  const [best] = failures.toSorted((a, b) => depth(b) - depth(a));
  if (best === undefined)
    return new LinkError('link_unreachable', 'no WebSocket address is known', { kind: 'unavailable' });
  const why = failures.map(messageOf).join('; ');
  return new LinkError(best.code, why, { kind: best.kind, ...(best.field && { field: best.field }), cause: best });
}
