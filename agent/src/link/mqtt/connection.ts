import { messageOf } from '@plumbline/shared/errors';
import { LinkError, type Clock, type Connection, type ConnectOptions } from '../../ports/index.ts';

/** What is used of mqtt.js once it is connected, in Node and in browsers. */
export interface MqttClient<Payload> {
  readonly connected: boolean;
  on(event: 'error', take: (error: Error) => void): unknown;
  once(event: 'close', take: () => void): unknown;
  publish(topic: string, payload: Payload, options: { qos: 1; retain: boolean }, done: Done): unknown;
  subscribe(
    filter: string,
    options: { qos: 1 },
    done: (error: Error | null, granted?: { qos: number }[]) => void,
  ): unknown;
  end(force: boolean, done?: () => void): unknown;
}

type Done = (error?: Error | null) => void;

export interface ConnectionOptions<Payload> {
  after: Clock['after'];
  /** Bytes as this build of mqtt.js takes them. */
  payloadOf: (bytes: Uint8Array) => Payload;
  onClose: ConnectOptions['onClose'];
  /** A broker that takes longer to answer a packet is given up, and the connection with it. */
  answerTimeoutMs: number;
}

const GOODBYE_MS = 2000;

/** A client that is connected, in the words of the port. */
export function connectionOf<Payload>(client: MqttClient<Payload>, options: ConnectionOptions<Payload>): Connection {
  const { after, payloadOf, onClose, answerTimeoutMs } = options;
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
  const untilClosed = (start: (done: Done) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      if (!client.connected) return reject(linkClosed(lastError ?? 'connection closed'));
      const answered = after(answerTimeoutMs, () => client.end(true));
      const settle = (failure?: LinkError) => {
        answered();
        waiting.delete(settle);
        if (failure) reject(failure);
        else resolve();
      };
      waiting.add(settle);
      start((error) => settle(error ? linkClosed(messageOf(error), error) : undefined));
    });

  return {
    publish: (topic, payload, { retain = false } = {}) =>
      untilClosed((done) => client.publish(topic, payloadOf(payload), { qos: 1, retain }, done)),
    subscribe: (filter) =>
      untilClosed((done) =>
        client.subscribe(filter, { qos: 1 }, (error, granted) => done(error ?? deniedOf(granted, filter))),
      ),
    close: () =>
      new Promise((resolve) => {
        const said = after(GOODBYE_MS, () => client.end(true, () => resolve()));
        client.end(false, () => {
          said();
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
