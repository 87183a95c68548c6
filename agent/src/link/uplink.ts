import { codeOf } from '@plumbline/shared/errors';
import { PRIORITY, type StreamClass, type TelemetryAck, type TelemetryBatch } from '@plumbline/shared/wire';
import type { Clock } from '../ports/index.ts';
import type { Channel } from './channel.ts';
import type { Outbox } from './outbox/index.ts';

export interface Uplink {
  /** Sends what waits, the most important class first; does nothing while all streams have a batch in flight. */
  pump(): Promise<void>;
  acknowledged(ack: TelemetryAck): Promise<void>;
  /** A new connection: nothing is in flight, everything unacknowledged goes again. */
  restart(): Promise<void>;
  stop(): void;
  rejected(): number;
}

export interface UplinkOptions {
  ackTimeoutMs?: number;
  onRejected?: (ack: TelemetryAck) => void;
  onProblem?: (error: unknown) => void;
}

interface InFlight {
  stream: string;
  lastSeq: number;
  takeBack: () => void;
}

const DEFAULT_ACK_TIMEOUT_MS = 30_000;
const MAX_ACK_TIMEOUT_MS = 600_000;

/** One batch per stream in flight. Only `dn/ack` removes rows: that a broker took a batch means nothing. */
export function createUplink(
  deps: { clock: Clock; outbox: Outbox; channel: Channel },
  options: UplinkOptions = {},
): Uplink {
  const { clock, outbox, channel } = deps;
  const inFlight = new Map<StreamClass, InFlight>();
  let timeoutMs = options.ackTimeoutMs ?? DEFAULT_ACK_TIMEOUT_MS;
  let rejected = 0;
  let running: Promise<void> | undefined;
  let again = false;

  const sendNext = async (of: StreamClass) => {
    const batch = await outbox.nextBatch(of);
    const last = batch?.rows.at(-1);
    if (batch === undefined || last === undefined || inFlight.has(of)) return;
    const message = {
      stream: batch.stream,
      class: of,
      rows: batch.rows.map(({ seq, row }): [number, unknown] => [seq, row]),
    } satisfies TelemetryBatch;
    // Marked before it is sent: the answer may come before `send` returns.
    const takeBack = clock.after(timeoutMs, () => timedOut(of));
    inFlight.set(of, { stream: batch.stream, lastSeq: last.seq, takeBack });
    try {
      await channel.send('tel', message, { compress: true });
    } catch (error) {
      clear(of);
      // A row too large to travel would block its stream for ever.
      if (codeOf(error) === 'frame_too_large') return quarantine(of);
      if (codeOf(error) !== 'link_closed') options.onProblem?.(error);
    }
  };

  const quarantine = async (of: StreamClass) => {
    await outbox.quarantineFirst(of);
    again = true;
  };

  const clear = (of: StreamClass) => {
    inFlight.get(of)?.takeBack();
    inFlight.delete(of);
  };

  const timedOut = (of: StreamClass) => {
    inFlight.delete(of);
    // A server that is slow under load is not helped by hearing everything twice as often.
    timeoutMs = Math.min(MAX_ACK_TIMEOUT_MS, timeoutMs * 2);
    void pump();
  };

  const pumpOnce = async () => {
    do {
      again = false;
      for (const of of PRIORITY) {
        if (!channel.isOpen()) return;
        if (!inFlight.has(of)) await sendNext(of);
      }
    } while (again);
  };

  const pump = (): Promise<void> => {
    if (running !== undefined) {
      again = true;
      return running;
    }
    running = pumpOnce()
      .catch((error: unknown) => options.onProblem?.(error))
      .finally(() => {
        running = undefined;
      });
    return running;
  };

  const stop = () => {
    for (const of of inFlight.keys()) clear(of);
  };

  return {
    pump,
    stop,
    rejected: () => rejected,
    async acknowledged(ack) {
      const known = await outbox.acknowledge(ack.stream, ack.upTo);
      if (!known) return;
      timeoutMs = options.ackTimeoutMs ?? DEFAULT_ACK_TIMEOUT_MS;
      rejected += ack.rejected.length;
      if (ack.rejected.length > 0) options.onRejected?.(ack);
      for (const [of, batch] of inFlight) {
        if (batch.stream === ack.stream && ack.upTo >= batch.lastSeq) clear(of);
      }
      await pump();
    },
    async restart() {
      stop();
      await pump();
    },
  };
}
