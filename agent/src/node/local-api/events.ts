import type { Hono } from 'hono';
import { NodeAgentError } from '../errors.ts';
import type { ChangeFeed, FeedEvent, FeedReader } from '../watch/change-feed.ts';

const HEARTBEAT_MS = 15_000;
const GAP = text('gap', '{"reason":"some events are not kept any more"}');
const LAST_ID = /^([\w-]+)\.(\d+)$/;

/**
 * `GET /v1/events`: server-sent events `predictions`, `line`, `connection`, `event`, as they happen. `Last-Event-ID`
 * goes on where a reader was; what is not kept any more is told as `gap`. A reader that does not keep up is cut off.
 */
export function addEvents(app: Hono, { feed }: { feed: ChangeFeed }, heartbeatMs = HEARTBEAT_MS): void {
  app.get('/v1/events', (context) => {
    const last = context.req.header('last-event-id');
    const [, epoch, number] = LAST_ID.exec(last ?? '') ?? [];
    const isOurs = epoch === feed.epoch;
    // Of an earlier process, or nonsense: everything this one still has, after saying that something may be missing.
    const after = last === undefined ? undefined : isOurs ? Number(number) : 0;
    const reader = feed.read(after);
    if (reader === undefined) {
      const expected = 'fewer readers of /v1/events at once';
      throw new NodeAgentError('too_many_readers', 'too many readers', { kind: 'unavailable', expected });
    }
    const isGap = reader.missed || (last !== undefined && !isOurs);
    return context.body(streamOf(reader, feed.epoch, heartbeatMs, isGap), 200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
  });
}

function streamOf(reader: FeedReader, epoch: string, heartbeatMs: number, isGap: boolean): ReadableStream {
  const encoder = new TextEncoder();
  let first: string | undefined = isGap ? GAP : ': reading\n\n';
  const end = (controller: ReadableStreamDefaultController) => {
    reader[Symbol.dispose]();
    controller.close();
  };
  // A chunk is made when the reader asks for it: nothing piles up for one who does not.
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = first ?? (await reader.next(heartbeatMs));
        first = undefined;
        if (next === 'closed') return end(controller);
        if (next === 'behind') {
          controller.enqueue(encoder.encode(GAP));
          return end(controller);
        }
        const said = typeof next === 'string' ? next : next ? textOf(next, epoch) : ': still here\n\n';
        controller.enqueue(encoder.encode(said));
      },
      cancel: () => reader[Symbol.dispose](),
    },
    { highWaterMark: 1 },
  );
}

function textOf({ id, event, data }: FeedEvent, epoch: string): string {
  return `id: ${epoch}.${id}\n${text(event, data)}`;
}

function text(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}
