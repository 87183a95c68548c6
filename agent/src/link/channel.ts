import { sleep } from '@plumbline/shared/ports';
import { encodeFrame, upTopic, type UpChannel } from '@plumbline/shared/wire';
import { LinkError, type Clock, type Connection } from '../ports/index.ts';
import type { LinkBudget, LinkPurpose } from './link-budget.ts';

export interface SendOptions {
  retain?: boolean;
  compress?: boolean;
  /** Essential, where nothing else is said. */
  purpose?: LinkPurpose;
  /** Bytes of the answer that this asks for: they are waited for with the question, because an answer cannot be held back. */
  answerBytes?: number;
}

/** The connection of the moment, for those who send: whether there is one is the reconnect loop's business. */
export interface Channel {
  /**
   * Waits for its turn where the link has a cap, and counts what travels.
   * @throws LinkError `link_closed` while there is no connection; whatever it is, it can be sent again. Anything else
   * says that this message cannot travel at all: `frame_too_large`, or not encodable
   */
  send(channel: UpChannel, message: unknown, options?: SendOptions): Promise<void>;
  isOpen(): boolean;
  /** Resolves when there is a connection, or the signal fires. */
  whenOpen(signal: AbortSignal): Promise<void>;
  /** Fires when the connection of the moment, or the next one where there is none, ends. */
  ended(): AbortSignal;
  open(connection: Connection): void;
  close(): void;
}

/** Of MQTT around a message with its topic: fixed header, lengths, packet number. */
const PACKET_BYTES = 9;
export const PUBACK_BYTES = 4;

/** What a message with this topic and payload costs the link, without TCP and TLS. */
export function messageBytes(topic: string, payload: Uint8Array): number {
  return topic.length + payload.length + PACKET_BYTES;
}

/** @param metered how a link with a budget is counted and held back; without it everything travels at once */
export function createChannel(
  identity: { site: string; device: string },
  metered?: { clock: Clock; budget: LinkBudget },
): Channel {
  let current: Connection | undefined;
  let ended = new AbortController();
  const waiting = new Set<() => void>();

  const connected = (): Connection => {
    if (current !== undefined) return current;
    throw new LinkError('link_closed', 'not connected', { kind: 'unavailable' });
  };

  const whenFree = async (sizeBytes: number) => {
    for (;;) {
      const delayMs = metered?.budget.delayMs(sizeBytes) ?? 0;
      if (metered === undefined || delayMs <= 0) return;
      await sleep(metered.clock, delayMs, ended.signal);
      connected();
    }
  };

  return {
    async send(channel, message, { retain = false, compress = false, purpose = 'essential', answerBytes = 0 } = {}) {
      connected();
      const frame = encodeFrame(message, compress ? { compress: true } : {});
      const topic = upTopic(identity.site, identity.device, channel);
      const sizeBytes = messageBytes(topic, frame);
      if (metered !== undefined) {
        // Without a cap nothing is waited for, so that the order of messages is the order of the calls.
        if (metered.budget.delayMs(sizeBytes + answerBytes) > 0) await whenFree(sizeBytes + answerBytes);
        metered.budget.count(sizeBytes, 'up', purpose);
        metered.budget.count(PUBACK_BYTES, 'down', purpose);
      }
      await connected().publish(topic, frame, { retain });
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
    ended: () => ended.signal,
    open(connection) {
      current = connection;
      for (const done of waiting) done();
    },
    close() {
      current = undefined;
      ended.abort();
      ended = new AbortController();
    },
  };
}
