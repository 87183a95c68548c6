import { PRIORITY, type StreamClass, type TelemetryAck, type TelemetryBatch } from '@plumbline/shared/wire';
import { LinkError, type Clock } from '../ports/index.ts';
import type { Channel } from './channel.ts';
import type { LinkBudget, LinkPurpose } from './link-budget.ts';
import type { Outbox } from './outbox/index.ts';

export interface Uplink {
  /** Sends what waits, the most important class first; does nothing while all streams have a batch in flight. */
  pump(): Promise<void>;
  acknowledged(ack: TelemetryAck): Promise<void>;
  /** A new connection: nothing is in flight, everything unacknowledged goes again. */
  restart(): Promise<void>;
  stop(): void;
  /** Rows the server did not want, since the start of the process. */
  rejected(): number;
}

export interface UplinkOptions {
  ackTimeoutMs?: number;
  onRejected?: (of: StreamClass, rejected: TelemetryAck['rejected']) => void;
  onProblem?: (error: unknown) => void;
}

interface InFlight {
  stream: string;
  lastSeq: number;
  takeBack: () => void;
}

const DEFAULT_ACK_TIMEOUT_MS = 30_000;
const MAX_ACK_TIMEOUT_MS = 600_000;
/** On a link with a cap a batch takes no longer than this, so that a report does not wait longer behind it. */
const MAX_BATCH_MS = 10_000;
const MIN_BATCH_BYTES = 4000;
const MAX_BATCH_ROWS = 1000;
const MAX_BATCH_BYTES = 200_000;

/** What a class travels for: the site and the fleet need the first two in quiet hours and at the end of the month too. */
const PURPOSE: Record<StreamClass, LinkPurpose> = {
  entries: 'essential',
  reports: 'essential',
  predictions: 'telemetry',
  evidence: 'telemetry',
  diagnostics: 'telemetry',
  photos: 'telemetry',
};

/** One batch per stream in flight. Only `dn/ack` removes rows: that a broker took a batch means nothing. */
export function createUplink(
  deps: { clock: Clock; outbox: Outbox; channel: Channel; budget?: LinkBudget; kbps?: () => number | undefined },
  options: UplinkOptions = {},
): Uplink {
  const { clock, outbox, channel, budget } = deps;
  const inFlight = new Map<StreamClass, InFlight>();
  /** Fewer rows a batch where one was too large for a frame. */
  const maxRows = new Map<StreamClass, number>();
  let timeoutMs = options.ackTimeoutMs ?? DEFAULT_ACK_TIMEOUT_MS;
  let rejected = 0;
  let running: Promise<void> | undefined;
  let again = false;

  const mayTravel = (sizeBytes: number, of: StreamClass) => budget?.admit(sizeBytes, PURPOSE[of]).ok ?? true;

  const maxBytes = () => {
    const kbps = deps.kbps?.();
    if (kbps === undefined) return MAX_BATCH_BYTES;
    return Math.min(MAX_BATCH_BYTES, Math.max(MIN_BATCH_BYTES, (kbps / 8) * MAX_BATCH_MS));
  };

  const sendNext = async (of: StreamClass) => {
    // Asked before the disk is: a stream that has to wait costs nothing while it does.
    if (outbox.counts()[of].acked >= outbox.counts()[of].lastSeq || !mayTravel(1, of)) return;
    const limits = { rows: maxRows.get(of) ?? MAX_BATCH_ROWS, sizeBytes: maxBytes() };
    const batch = await outbox.nextBatch(of, limits);
    const last = batch?.rows.at(-1);
    if (batch === undefined || last === undefined || inFlight.has(of) || !mayTravel(batch.sizeBytes, of)) return;
    const message = {
      stream: batch.stream,
      class: of,
      rows: batch.rows.map(({ seq, row }): [number, unknown] => [seq, row]),
    } satisfies TelemetryBatch;
    // Marked before it is sent: the answer may come before `send` returns.
    const sent: InFlight = { stream: batch.stream, lastSeq: last.seq, takeBack: () => undefined };
    inFlight.set(of, sent);
    try {
      await channel.send('tel', message, { compress: true, purpose: PURPOSE[of] });
      // Not before: where the link has a cap, a batch waits for its turn.
      if (inFlight.get(of) === sent) sent.takeBack = clock.after(timeoutMs, () => timedOut(of, sent));
    } catch (error) {
      if (inFlight.get(of) === sent) inFlight.delete(of);
      if (error instanceof LinkError) {
        if (error.code !== 'link_closed') options.onProblem?.(error);
      } else await cannotTravel(of, batch.rows.length, error);
    }
  };

  /** Half of the rows, then half of those: the one that no frame can carry would block its stream for ever. */
  const cannotTravel = async (of: StreamClass, rows: number, error: unknown) => {
    if (rows > 1) maxRows.set(of, Math.ceil(rows / 2));
    else {
      options.onProblem?.(error);
      await outbox.quarantineFirst(of);
      maxRows.delete(of);
    }
    again = true;
  };

  const clear = (of: StreamClass) => {
    inFlight.get(of)?.takeBack();
    inFlight.delete(of);
  };

  const timedOut = (of: StreamClass, sent: InFlight) => {
    if (inFlight.get(of) === sent) inFlight.delete(of);
    // A server that is slow under load is not helped by hearing everything twice as often.
    timeoutMs = Math.min(MAX_ACK_TIMEOUT_MS, timeoutMs * 2);
    void pump();
  };

  const pumpOnce = async () => {
    do {
      again = false;
      for (const of of PRIORITY) {
        if (!channel.isOpen()) return;
        // What is wrong with one stream is no reason to hold the others.
        if (!inFlight.has(of)) await sendNext(of).catch((error: unknown) => options.onProblem?.(error));
      }
    } while (again);
  };

  const pump = (): Promise<void> => {
    if (running !== undefined) {
      again = true;
      return running;
    }
    running = pumpOnce().finally(() => {
      running = undefined;
    });
    return running;
  };

  const stop = () => {
    for (const of of inFlight.keys()) clear(of);
  };

  const classOf = (stream: string) => PRIORITY.find((of) => outbox.counts()[of].stream === stream);

  return {
    pump,
    stop,
    rejected: () => rejected,
    async acknowledged(ack) {
      const of = classOf(ack.stream);
      if (of === undefined || !(await outbox.acknowledge(ack.stream, ack.upTo))) return;
      timeoutMs = options.ackTimeoutMs ?? DEFAULT_ACK_TIMEOUT_MS;
      rejected += ack.rejected.length;
      if (ack.rejected.length > 0) options.onRejected?.(of, ack.rejected);
      const sent = inFlight.get(of);
      if (sent?.stream === ack.stream && ack.upTo >= sent.lastSeq) {
        clear(of);
        maxRows.delete(of);
      }
      await pump();
    },
    async restart() {
      stop();
      await pump();
    },
  };
}
