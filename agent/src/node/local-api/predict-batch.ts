import { sleep } from '@plumbline/shared/ports';
import type { Hono } from 'hono';
import type { Agent, Clock } from '../../index.ts';
import { answerErrorOf, answerRecords, inBatches, type Answer, type AskOptions } from '../../sources/answer-records.ts';
import type { Asked } from '../../sources/input-record.ts';
import { readNdjson, readTable } from '../../sources/read-records.ts';
import { predictQuery } from './predict.ts';
import { readQuery } from './read-body.ts';

const BATCH_RECORDS = 256;
/** Every so often the telemetry catches up with the answers, so that it does not pile up in memory. */
const FLUSH_EVERY = 16;
const FLUSH_WAIT_MS = 1000;

/**
 * `POST /v1/predict/batch?reasons=0&line=NAME`: records as NDJSON (or a table as `text/csv`) of any length → an answer
 * a record as NDJSON, in order, while they come in. A bad line is answered by its error; only what concerns all of
 * them, such as no model, is a problem document, and only before the first answer.
 */
export function addPredictBatch(app: Hono, deps: { agent: Agent; clock: Clock }): void {
  app.post('/v1/predict/batch', async (context) => {
    const { agent, clock } = deps;
    const { reasons, line } = readQuery(context, predictQuery);
    const body: AsyncIterable<Uint8Array> | Uint8Array[] = context.req.raw.body ?? [];
    const isTable = /^text\/csv\b/i.test(context.req.header('content-type') ?? '');
    const read = isTable ? readTable : readNdjson;
    const rows = read(body, { asOf: clock.now(), columns: agent.columns(line) });
    const batches = inBatches(rows, BATCH_RECORDS);
    const ask = { top: reasons, ...(line !== undefined && { line }) };
    // The first answers come before the status is said.
    const first = await batches.next();
    const answered = first.done ? [] : await answerRecords(agent, first.value, ask);
    return context.body(streamOf(deps, answered, batches, ask), 200, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store',
    });
  });
}

function streamOf(
  { agent, clock }: { agent: Agent; clock: Clock },
  first: readonly Answer[],
  batches: AsyncGenerator<Asked[]>,
  ask: AskOptions,
): ReadableStream {
  const encoder = new TextEncoder();
  const send = (controller: ReadableStreamDefaultController, said: readonly unknown[]) =>
    controller.enqueue(encoder.encode(said.map((one) => `${JSON.stringify(one)}\n`).join('')));
  let count = 0;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        if (first.length > 0) send(controller, first);
      },
      async pull(controller) {
        try {
          const next = await batches.next();
          if (next.done) return controller.close();
          send(controller, await answersOf(agent, next.value, ask));
          count += 1;
          if (count % FLUSH_EVERY === 0) await Promise.race([agent.flush(), sleep(clock, FLUSH_WAIT_MS)]);
        } catch (error) {
          // What follows cannot be read; what was answered stands.
          send(controller, [{ error: answerErrorOf(error) }]);
          controller.close();
        }
      },
      cancel: async () => void (await batches.return(undefined)),
    },
    { highWaterMark: 1 },
  );
}

/** In the middle of an answer nothing is left but to say it at every record. */
async function answersOf(agent: Agent, batch: readonly Asked[], ask: AskOptions): Promise<unknown[]> {
  try {
    return await answerRecords(agent, batch, ask);
  } catch (error) {
    return batch.map(({ row, ref }) => ({ row, ...(ref !== undefined && { ref }), error: answerErrorOf(error) }));
  }
}
