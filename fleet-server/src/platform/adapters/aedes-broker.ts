import { Aedes, type Client } from 'aedes';
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock } from '@plumbline/shared/ports';
import {
  UPLINK_FILTER,
  withoutThrowing,
  type Broker,
  type BrokerMessage,
  type MessageHandler,
} from '../ports/index.ts';
import { aclHooks, CLIENT_IDS, type BrokerConnection, type BrokerPolicy, type Principal } from './aedes-acl.ts';
import { createGate, GATE_LIMITS, type GateLimits } from './aedes-gate.ts';
import {
  tcpListener,
  tlsListener,
  type Address,
  type Handle,
  type JudgeClient,
  type TlsMaterial,
} from './aedes-listeners.ts';
import { createOrder } from './aedes-order.ts';
import { GuardedStream, type StreamGuard } from './aedes-stream.ts';
import { upgradeListener, webSocketListener, type TakesOrigin } from './aedes-upgrades.ts';
import { systemClock } from './system-clock.ts';

export interface AedesBrokerOptions<Who extends Principal> {
  /** Plain MQTT and plain WebSocket: for development on loopback, and brokers under test. */
  tcp?: Address;
  webSocket?: Address;
  /** `judge`: whose certificates are taken, and when; OpenSSL decides without it. */
  tls?: Address & TlsMaterial & { judge?: JudgeClient };
  policy: BrokerPolicy<Who>;
  /** Makes the judge of one connection's packets; without it only the limits of the broker hold. */
  guard?: () => StreamGuard;
  gate?: Partial<GateLimits>;
  /** Client ids that are taken; by default names that mean nothing in a filter, a path or a log line. */
  clientIds?: RegExp;
  clock?: Clock;
  /** Told why a connection was closed or a message handler failed, with the client and its address where known. */
  onError?: (error: Error, clientId: string | null, connection?: BrokerConnection) => void;
}

export interface AedesBroker extends Broker {
  /** Opens the listeners, on the ports they had before. */
  start(): Promise<void>;
  /** Closes listeners and connections; retained messages and message handlers stay. */
  stop(): Promise<void>;
  ports(): { tcp: number; webSocket: number; tls: number };
  /** Takes MQTT over WebSocket at this path of a web server, from now on and after every `start`. */
  listenOn(server: HttpServer | HttpsServer, path: string, takesOrigin?: TakesOrigin): Promise<void>;
  /** Uses renewed certificates for new connections of the TLS listener. */
  reloadTls(tls: TlsMaterial): void;
  /** Clients that were let in, and connections that were not yet. */
  counts(): { clients: number; halfOpen: number };
}

/** A client that does not read for this long is dropped; until then it takes one of the broker's places. */
const DRAIN_TIMEOUT_MS = 10_000;
/** Some thirty blocks of a bundle: more than a device that reads has ever asked for at once. */
const MAX_UNSENT_BYTES = 2 * 1024 * 1024;
/** Should a guard let QoS 2 pass: messages of a client that wait for its PUBREL. */
const MAX_IN_FLIGHT = 100;

interface Connected {
  stream: GuardedStream;
  socket: Socket;
  connection: BrokerConnection;
}

/**
 * The embedded broker. Retained messages live in memory; whoever publishes them does so again after a restart.
 *
 * @throws BrokerError `port_busy` naming host and port.
 */
export async function createAedesBroker<Who extends Principal>(options: AedesBrokerOptions<Who>): Promise<AedesBroker> {
  const { policy, clientIds = CLIENT_IDS, clock = systemClock } = options;
  const limits = { ...GATE_LIMITS, ...options.gate };
  const connected = new WeakMap<Client, Connected>();
  const aedes = await Aedes.createBroker({
    ...aclHooks({ policy, clientIds, connectionOf: (client) => connected.get(client)?.connection ?? NOWHERE }),
    // The gate is before it; this one stands where a clock that is not the system's does not move.
    connectTimeout: limits.connectTimeoutMs * 2,
    drainTimeout: DRAIN_TIMEOUT_MS,
    maxInflightInbound: MAX_IN_FLIGHT,
  });
  const clients = new Map<string, Client>();
  const failed = (error: Error, socket: Socket) => options.onError?.(error, null, connectionOf(socket));
  const gate = createGate(limits, clock, failed);
  const handle: Handle = (carrier, socket, request) => {
    if (!gate.enter(socket, carrier !== socket)) return carrier.destroy();
    const stream = new GuardedStream(carrier, {
      guard: options.guard?.(),
      clock,
      maxUnsentBytes: MAX_UNSENT_BYTES,
      drainTimeoutMs: DRAIN_TIMEOUT_MS,
    });
    const client = request === undefined ? aedes.handle(stream) : aedes.handle(stream, request);
    connected.set(client, { stream, socket, connection: connectionOf(socket) });
  };
  const watch = { accept: gate.accept, failed };
  const tcp = options.tcp && tcpListener(options.tcp, handle, watch);
  const tls = options.tls && tlsListener(options.tls, options.tls, handle, watch);
  const webSocket = options.webSocket && webSocketListener(options.webSocket, handle, watch);
  const listeners = [tcp, tls, webSocket].filter((listener) => listener !== undefined);

  const refused = (client: Client | null, error: Error) => {
    const from = client === null ? undefined : connected.get(client)?.connection;
    options.onError?.(error, client?.id ?? null, from);
  };
  // Before its CONNACK goes out: whoever has that can be disconnected.
  aedes.on('client', (client) => {
    clients.set(client.id, client);
    const found = connected.get(client);
    if (found === undefined) return;
    gate.admit(found.socket);
    found.stream.admit();
  });
  aedes.on('clientDisconnect', (client) => clients.get(client.id) === client && clients.delete(client.id));
  aedes.on('clientError', refused);
  aedes.on('connectionError', refused);
  // A fault of the store: without a listener it ends the process. The type of `on` does not list this event.
  (aedes as NodeJS.EventEmitter).on('error', (error: Error) => refused(null, error));

  const inOrder = createOrder();
  const handlers = new Set<MessageHandler>();
  // A fleet that comes back at once after a restart says its births before anybody had a chance to listen.
  const early: BrokerMessage[] = [];
  const take = (message: BrokerMessage) => {
    if (handlers.size === 0) early.push(message);
    for (const handler of handlers) handler(message);
  };
  aedes.subscribe(UPLINK_FILTER, (packet, done) => deliver(packet, take, done), noop);

  const broker: AedesBroker = {
    publish: (topic, payload, { retain }) => {
      const packet = { cmd: 'publish', qos: 1, dup: false, topic, retain, payload: Buffer.from(payload) } as const;
      // aedes numbers messages when they come and drops whatever reaches a client after a higher number; as one that is
      // retained takes longer, an acknowledgement published behind it would cost the device its desired state.
      return inOrder(topic.slice(0, topic.lastIndexOf('/')), () => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
        return promise;
      });
    },
    onMessage(handler) {
      const guarded = withoutThrowing(handler, (error) => refused(null, error));
      handlers.add(guarded);
      for (const message of early.splice(0)) guarded(message);
    },
    disconnect: (clientId) => closeClient(clients.get(clientId)),
    async start() {
      try {
        for (const listener of listeners) await listener.start();
      } catch (error) {
        await broker.stop();
        throw error;
      }
    },
    async stop() {
      await Promise.all(listeners.map((listener) => listener.stop()));
    },
    async close() {
      await broker.stop();
      await new Promise<void>((resolve) => aedes.close(resolve));
    },
    ports: () => ({ tcp: tcp?.port() ?? 0, webSocket: webSocket?.port() ?? 0, tls: tls?.port() ?? 0 }),
    async listenOn(server, path, takesOrigin) {
      const upgrades = upgradeListener(server, path, handle, takesOrigin);
      listeners.push(upgrades);
      await upgrades.start();
    },
    reloadTls: (material) => tls?.reload(material),
    counts: () => ({ clients: clients.size, halfOpen: gate.halfOpen() }),
  };
  await broker.start().catch(async (error: unknown) => {
    await broker.close();
    throw error;
  });
  return broker;
}

function deliver(
  packet: { topic: string; payload: string | Buffer; clientId?: string },
  handler: MessageHandler,
  done: () => void,
): void {
  const { topic, payload, clientId } = packet;
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  handler({ topic, payload: bytes, ...(clientId === undefined ? {} : { clientId }) });
  done();
}

function closeClient(client: Client | undefined): Promise<void> {
  return client === undefined ? Promise.resolve() : new Promise((resolve) => client.close(resolve));
}

/** For a client whose connection is gone. */
const NOWHERE: BrokerConnection = { remoteAddress: '' };

function connectionOf(socket: Socket): BrokerConnection {
  const remoteAddress = socket.remoteAddress ?? '';
  // Also one that no authority vouches for: whoever shows a certificate is judged by it, and not let in as if without.
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return { remoteAddress, ...(certificate && { certificate: { pem: certificate.toString() } }) };
}

function noop(): void {}
