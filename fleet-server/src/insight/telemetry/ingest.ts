import type { TelemetryAck } from '@plumbline/shared/wire';
import type { Database } from '../../platform/db/index.ts';
import { createHourlyMarks, markSeen } from '../../sites/devices/index.ts';
import { TelemetryError } from './errors.ts';
import { takeBatch, type Incoming, type Taken } from './take-batch.ts';

export interface Ingest {
  /** Resolves with the acknowledgement after the commit; rejects when nothing of the batch was kept. */
  take(incoming: Incoming): Promise<TelemetryAck>;
  /** Rows that came again and were passed over, since the start. */
  repeated(): number;
  close(): Promise<void>;
}

interface Waiting {
  incoming: Incoming;
  resolve: (ack: TelemetryAck) => void;
  reject: (error: unknown) => void;
}

/** Rows that share one commit at most: the price of a commit is spread, and none grows without end. */
const GROUP_ROWS = 5_000;

/**
 * Commits what arrived while the last commit was under way in one transaction. When a group fails, each batch is tried
 * on its own, so that one bad batch costs only itself.
 */
export function createIngest(deps: { database: Database; now: () => number }): Ingest {
  const { database, now } = deps;
  const queue: Waiting[] = [];
  let running: Promise<void> | undefined;
  let closed = false;
  let repeated = 0;
  const marks = createHourlyMarks();

  const commitGroup = async (group: Waiting[]): Promise<void> => {
    try {
      const at = now();
      const heard = marks.due(
        group.map(({ incoming }) => incoming.device),
        at,
      );
      const all = await database.transaction(async (tx) => {
        const taken: Taken[] = [];
        for (const { incoming } of group) taken.push(await takeBatch(tx, incoming, now()));
        for (const device of heard) await markSeen(tx, device, at);
        return taken;
      });
      marks.made(heard, at);
      group.forEach((waiting, i) => {
        const taken = all[i];
        if (taken === undefined) return;
        repeated += taken.known;
        waiting.resolve(taken.ack);
      });
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const waiting of group) await commitGroup([waiting]);
    }
  };

  const drain = async (): Promise<void> => {
    // One turn of the event loop lets everything that has arrived join the group.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (queue.length > 0) await commitGroup(nextGroup(queue));
    running = undefined;
  };

  return {
    take(incoming) {
      if (closed) {
        return Promise.reject(new TelemetryError('ingest_closed', 'the server is closing', { kind: 'unavailable' }));
      }
      return new Promise((resolve, reject) => {
        queue.push({ incoming, resolve, reject });
        running ??= drain();
      });
    },
    repeated: () => repeated,
    async close() {
      closed = true;
      await running;
    },
  };
}

function nextGroup(queue: Waiting[]): Waiting[] {
  let rows = 0;
  let size = 0;
  while (size < queue.length && (size === 0 || rows + (queue[size]?.incoming.batch.rows.length ?? 0) <= GROUP_ROWS)) {
    rows += queue[size]?.incoming.batch.rows.length ?? 0;
    size += 1;
  }
  return queue.splice(0, size);
}
