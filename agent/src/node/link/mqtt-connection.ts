import type { MqttClient } from 'mqtt';
import { messageOf } from '@plumbline/shared/errors';
import { LinkError, type Connection, type ConnectOptions } from '../../ports/index.ts';

const GOODBYE_MS = 2000;

/** A client that is connected, in the words of the port. */
export function connectionOf(
  client: MqttClient,
  onClose: ConnectOptions['onClose'],
  answerTimeoutMs: number,
): Connection {
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

export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function bytesOf(payload: Buffer): Uint8Array {
  return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
}
