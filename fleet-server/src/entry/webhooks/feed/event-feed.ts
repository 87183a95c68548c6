import type { Clock } from '@plumbline/shared/ports';
import type { Database } from '../../../platform/db/index.ts';
import { WebhookError } from '../errors.ts';
import { FED } from './keep-event.ts';
import { readFeed, startAfter, type FedEvent } from './read.ts';

const HEARTBEAT_MS = 15_000;
const MAX_READERS = 500;

export interface FeedRequest {
  types: readonly string[];
  /** Id of the last event the reader has; without it what happens from now on. */
  last: string | undefined;
  /** Whether the reader may hear of it; of every event where nobody says. */
  isHeard?: ((event: FedEvent) => Promise<boolean>) | undefined;
}

export interface EventFeed {
  /**
   * Server-sent events without an end, each made when the reader asks for it: nothing piles up for one who does not
   * keep up, and it misses nothing, because it reads on where it was.
   * @throws WebhookError `event_id_malformed`, `too_many_readers`
   */
  follow(request: FeedRequest): Promise<ReadableStream<Uint8Array>>;
  readers(): number;
  /** Ends every stream. */
  close(): void;
}

export function createEventFeed(
  deps: { database: Database; clock: Clock },
  options: { heartbeatMs?: number; maxReaders?: number } = {},
): EventFeed {
  const { database, clock } = deps;
  const { heartbeatMs = HEARTBEAT_MS, maxReaders = MAX_READERS } = options;
  const waiting = new Set<() => void>();
  let readers = 0;
  let isClosed = false;
  const wakeAll = () => {
    for (const wake of waiting) wake();
  };
  const takeBack = database.onCommit(FED, wakeAll);

  /** Until something was written down, or for the time of a heartbeat. */
  const news = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        waiting.delete(wake);
        cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = clock.after(heartbeatMs, wake);
      waiting.add(wake);
      signal.addEventListener('abort', wake);
      if (isClosed || signal.aborted) wake();
    });

  return {
    readers: () => readers,
    async follow({ types, last, isHeard }) {
      if (readers >= maxReaders || isClosed) {
        throw new WebhookError('too_many_readers', `${readers} programs read events already`, {
          kind: 'unavailable',
          field: 'reader',
          expected: `at most ${maxReaders} at once`,
        });
      }
      readers += 1;
      const start = await startAfter(database.db, last).catch((error: unknown) => {
        readers -= 1;
        throw error;
      });
      const encoder = new TextEncoder();
      const left = new AbortController();
      let after = start.after;
      let first: string | undefined =
        start.gone === undefined
          ? `: from ${after}\nid: ${after}\n\n`
          : textOf('gone', after, JSON.stringify(start.gone));
      const end = () => {
        if (!left.signal.aborted) readers -= 1;
        left.abort();
      };
      /** Nothing when there is nothing to say yet. */
      const next = async (): Promise<string> => {
        // A page of which nothing is wanted says nothing of the next one.
        for (;;) {
          const page = await readFeed(database.db, after, types);
          if (page.dropped) {
            const gone = { after, from: page.floor };
            after = page.floor;
            return textOf('gone', after, JSON.stringify(gone));
          }
          let said = '';
          for (const event of page.events) {
            if (isHeard === undefined || (await isHeard(event))) said += textOf(event.type, event.id, event.body);
          }
          const isEnd = page.upTo === after;
          after = page.upTo;
          if (said !== '' || isEnd) return said;
        }
      };
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            let said = first ?? (await next());
            first = undefined;
            if (said === '') {
              // Registered before the second look, so that nothing is written down unseen between the two.
              const woken = news(left.signal);
              said = await next();
              if (said === '' && !isClosed) await woken;
              if (said === '') said = (await next()) || ': still here\n\n';
            }
            if (left.signal.aborted) return;
            if (isClosed) {
              end();
              controller.close();
            } else controller.enqueue(encoder.encode(said));
          },
          cancel: end,
        },
        { highWaterMark: 0 },
      );
    },
    close() {
      isClosed = true;
      takeBack();
      wakeAll();
    },
  };
}

function textOf(event: FedEvent['type'], id: number, data: string): string {
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}
