import { readFileSync } from 'node:fs';
import { serve } from '@hono/node-server';
import Database from 'better-sqlite3';
import { Command } from 'commander';
import { Hono } from 'hono';
import { pino } from 'pino';
import { z } from 'zod';

/* The other side of `npm run bench -- agent`: a process with the libraries and the model of the agent, and none of its work. */

const program = new Command().option('--state <file>').option('--model <file>').option('--mqtt');
const { state, model, mqtt } = program.parse().opts<{ state: string; model: string; mqtt?: boolean }>();
const log = pino({ level: 'info' }, pino.destination(2));
const body = z.object({ values: z.record(z.string(), z.number()) });

const store = new Database(state);
store.pragma('journal_mode = WAL');
store.prepare('select count(*) from sqlite_master').get();
const { InferenceSession, Tensor } = await import('onnxruntime-node');
const session = await InferenceSession.create(readFileSync(model), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
});
// What the agent brings into memory with its first connection.
if (mqtt === true) await import('mqtt');

const app = new Hono();
app.post('/v1/predict', async (context) => {
  const { values } = body.parse(await context.req.json());
  const data = Float32Array.from(Object.values(values));
  const [input = ''] = session.inputNames;
  const outputs = await session.run({ [input]: new Tensor('float32', data, [1, data.length]) });
  return context.json({ outputs: Object.keys(outputs) });
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.stdout.write(`${JSON.stringify({ listening: `http://127.0.0.1:${port}` })}\n`);
  log.info('listening');
});
