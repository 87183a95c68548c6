import { and, asc, eq, lt, lte, mailDeliveries, min, ne, type Database } from '../../platform/db/index.ts';
import { delayAfter } from '../webhooks/index.ts';
import type { Clock } from '@plumbline/shared/ports';
import { MAIL_QUEUED } from './queue.ts';
import type { Mail, Sender } from './send.ts';

/** One after the other: a mail server is one receiver, and alerts are few. */
const AT_ONCE = 20;
const LONGEST_SLEEP_MS = 60_000;
/** Delivered and given up ones are kept so long. */
const KEEP_MS = 30 * 24 * 3_600_000;

export interface MailLoop {
  start(): void;
  stop(): Promise<void>;
  /** Resolves when nothing is being sent and nothing is due now. */
  settled(): Promise<void>;
}

export interface MailLoopDeps {
  database: Database;
  clock: Clock;
  sender: Sender;
  onError: (error: unknown) => void;
  /** Uniform in [0, 1). */
  chance?: () => number;
}

/**
 * Sends what waits in `mail_deliveries`, with the waits of webhooks between attempts. A row waits until its attempt has
 * ended, so after a crash it is sent again, with the same message id.
 */
export function createMailLoop({ database, clock, sender, onError, chance = Math.random }: MailLoopDeps): MailLoop {
  let running: Promise<void> | undefined;
  let again = false;
  const stopping = new AbortController();
  let cancelSleep: (() => void) | undefined;
  let takeBack: (() => void) | undefined;

  const attempt = async (mail: Mail & { attempts: number }) => {
    const ended = await sender.send(mail);
    const attempts = mail.attempts + 1;
    const waitMs = ended.ok || ended.never ? undefined : delayAfter(attempts, chance());
    const state = ended.ok ? 'delivered' : waitMs === undefined ? 'dead' : 'waiting';
    const at = clock.now();
    await database.transaction((tx) =>
      tx
        .update(mailDeliveries)
        .set({ state, attempts, nextAt: at + (waitMs ?? 0), lastAt: at, lastReason: ended.ok ? null : ended.reason })
        .where(and(eq(mailDeliveries.id, mail.id), eq(mailDeliveries.state, 'waiting'))),
    );
  };

  /** @returns ms until there may be something to do */
  const look = async (): Promise<number> => {
    const now = clock.now();
    const due = await database.db
      .select()
      .from(mailDeliveries)
      .where(and(eq(mailDeliveries.state, 'waiting'), lte(mailDeliveries.nextAt, now)))
      .orderBy(asc(mailDeliveries.nextAt), asc(mailDeliveries.event), asc(mailDeliveries.recipient))
      .limit(AT_ONCE);
    for (const mail of due) if (!stopping.signal.aborted) await attempt(mail);
    if (due.length > 0) return 0;
    await database.transaction((tx) =>
      tx
        .delete(mailDeliveries)
        .where(and(ne(mailDeliveries.state, 'waiting'), lt(mailDeliveries.lastAt, now - KEEP_MS))),
    );
    const [next] = await database.db
      .select({ at: min(mailDeliveries.nextAt) })
      .from(mailDeliveries)
      .where(eq(mailDeliveries.state, 'waiting'));
    return Math.min(LONGEST_SLEEP_MS, Math.max(0, (next?.at ?? Infinity) - now));
  };

  const run = async (): Promise<void> => {
    let wait = 0;
    do {
      again = false;
      wait = await look().catch((error: unknown) => {
        onError(error);
        return LONGEST_SLEEP_MS;
      });
    } while ((again || wait === 0) && !stopping.signal.aborted);
    cancelSleep?.();
    if (!stopping.signal.aborted) cancelSleep = clock.after(wait, wake);
  };

  function wake(): void {
    if (stopping.signal.aborted) return;
    again = true;
    running ??= run().finally(() => {
      running = undefined;
      if (again) wake();
    });
  }

  const settled = async (): Promise<void> => {
    if (running === undefined) return;
    await running;
    await settled();
  };

  return {
    start() {
      takeBack = database.onCommit(MAIL_QUEUED, wake);
      wake();
    },
    async stop() {
      stopping.abort();
      takeBack?.();
      cancelSleep?.();
      await running;
      sender.close();
    },
    settled,
  };
}
