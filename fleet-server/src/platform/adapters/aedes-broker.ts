import { Aedes, type Client } from 'aedes';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  UPLINK_FILTER,
  withoutThrowing,
  type Broker,
  type BrokerMessage,
  type MessageHandler,
} from '../ports/index.ts';
import { aclHooks, type BrokerPolicy, type Principal } from './aedes-acl.ts';
import { tcpListener, webSocketListener, type Address } from './aedes-listeners.ts';

export interface AedesBrokerOptions<Who extends Principal> {
  tcp?: Address;
  webSocket?: Address;
  policy: BrokerPolicy<Who>;
  /** Told why a connection was closed or a message handler failed, with the client when it is known. */
  onError?: (error: Error, clientId: string | null) => void;
}

export interface AedesBroker extends Broker {
  /** Opens the listeners, on the ports they had before. */
  start(): Promise<void>;
  /** Closes listeners and connections; retained messages and message handlers stay. */
  stop(): Promise<void>;
  ports(): { tcp: number; webSocket: number };
}

/** A client has this long to send its CONNECT, and this many bytes until it is let in. */
const CONNECT_TIMEOUT_MS = 5_000;
const MAX_CONNECT_BYTES = 8 * 1024;
/** A client that does not read for this long is dropped; until then it takes one of the broker's places. */
const DRAIN_TIMEOUT_MS = 10_000;

/**
 * The embedded broker. Retained messages live in memory; whoever publishes them does so again after a restart.
 *
 * @throws BrokerError `port_busy` naming host and port.
 */
export async function createAedesBroker<Who extends Principal>(options: AedesBrokerOptions<Who>): Promise<AedesBroker> {
  const aedes = await Aedes.createBroker({
    ...aclHooks(options.policy),
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: DRAIN_TIMEOUT_MS,
  });
  const clients = new Map<string, Client>();
  const handle = (stream: Duplex, socket: Socket, request?: IncomingMessage) => {
    limitBeforeConnack(stream, socket, aedes.handle(stream, request));
  };
  const tcp = options.tcp && tcpListener(options.tcp, handle);
  const webSocket = options.webSocket && webSocketListener(options.webSocket, handle);
  const listeners = [tcp, webSocket].filter((listener) => listener !== undefined);

  const refused = (client: Client | null, error: Error) => options.onError?.(error, client?.id ?? null);
  aedes.on('clientReady', (client) => clients.set(client.id, client));
  aedes.on('clientDisconnect', (client) => clients.get(client.id) === client && clients.delete(client.id));
  aedes.on('clientError', refused);
  aedes.on('connectionError', refused);
  // A fault of the store: without a listener it ends the process. The type of `on` does not list this event.
  (aedes as NodeJS.EventEmitter).on('error', (error: Error) => refused(null, error));

  const handlers = new Set<MessageHandler>();
  // A fleet that comes back at once after a restart says its births before anybody had a chance to listen.
  const early: BrokerMessage[] = [];
  const take = (message: BrokerMessage) => {
    if (handlers.size === 0) early.push(message);
    for (const handler of handlers) handler(message);
  };
  aedes.subscribe(UPLINK_FILTER, (packet, done) => deliver(packet, take, done), noop);

  const broker: AedesBroker = {
    publish: (topic, payload, { retain }) =>
      new Promise((resolve, reject) => {
        const packet = { cmd: 'publish', qos: 1, dup: false, topic, retain, payload: Buffer.from(payload) } as const;
        aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
      }),
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
    ports: () => ({ tcp: tcp?.port() ?? 0, webSocket: webSocket?.port() ?? 0 }),
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

/** aedes reads a packet of up to 256 MB from anyone; here a stranger gets no further than a CONNECT. */
function limitBeforeConnack(stream: Duplex, socket: Socket, client: Client): void {
  const before = socket.bytesRead;
  const check = () => {
    if (client.connected) stream.off('readable', check);
    else if (socket.bytesRead - before > MAX_CONNECT_BYTES) stream.destroy(new Error('refused: CONNECT too large'));
  };
  stream.prependListener('readable', check);
}

function noop(): void {}
