import { encodeFrame, upTopic, type UpChannel } from '@plumbline/shared/wire';
import { LinkError, type Connection } from '../ports/index.ts';

/** The connection of the moment, for those who send: whether there is one is the reconnect loop's business. */
export interface Channel {
  /** @throws LinkError `link_closed` while there is no connection; whatever it is, it can be sent again */
  send(channel: UpChannel, message: unknown, options?: { retain?: boolean; compress?: boolean }): Promise<void>;
  isOpen(): boolean;
  /** Resolves when there is a connection, or the signal fires. */
  whenOpen(signal: AbortSignal): Promise<void>;
  open(connection: Connection): void;
  close(): void;
}

export function createChannel(identity: { site: string; device: string }): Channel {
  let current: Connection | undefined;
  const waiting = new Set<() => void>();
  return {
    async send(channel, message, options = {}) {
      const connection = current;
      if (connection === undefined) throw new LinkError('link_closed', 'not connected', { kind: 'unavailable' });
      const frame = encodeFrame(message, options.compress === true ? { compress: true } : {});
      await connection.publish(upTopic(identity.site, identity.device, channel), frame, {
        retain: options.retain === true,
      });
    },
    isOpen: () => current !== undefined,
    whenOpen(signal) {
      if (current !== undefined || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        waiting.add(done);
        signal.addEventListener('abort', done);
      });
    },
    open(connection) {
      current = connection;
      for (const done of waiting) done();
    },
    close() {
      current = undefined;
    },
  };
}
