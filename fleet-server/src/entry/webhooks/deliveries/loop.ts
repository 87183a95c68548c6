import { sleep, type Clock } from '@plumbline/shared/ports';
import type { Database } from '../../../platform/db/index.ts';
import type { Send } from '../receiver/send.ts';
import { signMessage } from '../signature.ts';
import { activeReceivers, dueFor, nextDueFor, type DueDelivery, type Receiver } from './due.ts';
import { QUEUED } from './queue.ts';
import { settleAttempt } from './settle.ts';

/** At once in all, and to one receiver; to one that failed last time a single one. */
const AT_ONCE = 64;
const AT_ONCE_EACH = 4;
/** Wait after the database itself failed; the receiver had no part in it. */
const DATABASE_RETRY_MS = 5_000;
/** The longest timer: what was due by a clock that was moved is found then. */
const LONGEST_SLEEP_MS = 60_000;

export interface DeliveryLoop {
  start(): void;
  /** Calls off running attempts, and sends nothing more. */
  stop(): Promise<void>;
  /** Resolves when nothing is being sent and nothing is due now. */
  settled(): Promise<void>;
}

export interface LoopDeps {
  database: Database;
  clock: Clock;
  send: Send;
  onError: (error: unknown) => void;
  /** Uniform in [0, 1). */
  chance?: () => number;
}

/**
 * Sends what waits in `webhook_deliveries`. A row stays waiting until its attempt has ended, so after a crash it is sent
 * again with the same id. A receiver that is slow or dead takes its own few places and nobody else's.
 */
export function createDeliveryLoop({ database, clock, send, onError, chance = Math.random }: LoopDeps): DeliveryLoop {
  const underWay = new Map<string, Map<string, Promise<void>>>();
  const failedLast = new Set<string>();
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  let again = false;
  let cancelSleep: (() => void) | undefined;
  let takeBack: (() => void) | undefined;

  const countAll = () => [...underWay.values()].reduce((total, of) => total + of.size, 0);

  const attempt = async (receiver: Receiver, delivery: DueDelivery) => {
    const at = clock.now();
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'plumbline-webhooks/1',
      ...signMessage(delivery.id, at, delivery.body, receiver.secrets),
    };
    const ended = await send(receiver.url, { headers, body: delivery.body }, stop.signal);
    // Called off in the middle: nobody knows whether it arrived, so it is sent again after the next start.
    if (stop.signal.aborted && !ended.ok) return;
    if (ended.ok) failedLast.delete(receiver.id);
    else failedLast.add(receiver.id);
    await settleAttempt({ database, now: clock.now }, delivery, ended, chance());
  };

  const begin = (receiver: Receiver, delivery: DueDelivery) => {
    const of = underWay.get(receiver.id) ?? new Map<string, Promise<void>>();
    underWay.set(receiver.id, of);
    const ended = attempt(receiver, delivery)
      // The row still waits: without a pause it would be taken up again at once.
      .catch((error: unknown) => {
        onError(error);
        return sleep(clock, DATABASE_RETRY_MS, stop.signal);
      })
      .finally(() => {
        of.delete(delivery.id);
        if (of.size === 0) underWay.delete(receiver.id);
        wake();
      });
    of.set(delivery.id, ended);
  };

  /** One look at all receivers. @returns ms until there may be something to do. */
  const look = async (): Promise<number> => {
    let wait = LONGEST_SLEEP_MS;
    for (const receiver of await activeReceivers(database.db, clock.now())) {
      if (stop.signal.aborted) break;
      const of = underWay.get(receiver.id);
      const free = Math.min((failedLast.has(receiver.id) ? 1 : AT_ONCE_EACH) - (of?.size ?? 0), AT_ONCE - countAll());
      // Whoever has no place free is looked at when an attempt ends.
      if (free <= 0) continue;
      const due = await dueFor(database.db, receiver.id, clock.now(), free + (of?.size ?? 0));
      const taken = due.filter(({ id }) => of?.has(id) !== true).slice(0, free);
      for (const delivery of taken) begin(receiver, delivery);
      const next = taken.length === 0 && due.length === 0 ? await nextDueFor(database.db, receiver.id) : undefined;
      if (next !== undefined) wait = Math.min(wait, Math.max(0, next - clock.now()));
    }
    return wait;
  };

  async function run(): Promise<void> {
    let wait = 0;
    do {
      again = false;
      wait = await look().catch((error: unknown) => {
        onError(error);
        return DATABASE_RETRY_MS;
      });
    } while (again && !stop.signal.aborted);
    cancelSleep?.();
    if (!stop.signal.aborted) cancelSleep = clock.after(wait, wake);
  }

  function wake(): void {
    if (stop.signal.aborted) return;
    again = true;
    running ??= run().finally(() => {
      running = undefined;
      if (again) wake();
    });
  }

  const settled = async (): Promise<void> => {
    const all = [...underWay.values()].flatMap((of) => [...of.values()]);
    if (running === undefined && all.length === 0) return;
    await running;
    await Promise.all(all);
    await settled();
  };

  return {
    start() {
      takeBack = database.onCommit(QUEUED, wake);
      wake();
    },
    async stop() {
      stop.abort();
      takeBack?.();
      cancelSleep?.();
      await settled();
    },
    settled,
  };
}
