import { once } from 'node:events';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { serveLocally } from './serve.ts';

it('ends although a browser holds a connection on which nothing was asked, and gives the answer under way', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const app = new Hono().get('/', async (context) => {
    asked.resolve();
    await answer.promise;
    return context.text('whole');
  });
  const { url, [Symbol.asyncDispose]: end } = await serveLocally(app.fetch, 0);
  const silent = connect(Number(new URL(url).port), '127.0.0.1');
  await once(silent, 'connect');
  const answered = fetch(url).then((response) => response.text());
  await asked.promise;
  const gone = once(silent, 'close');
  const ended = end();
  await gone;
  answer.resolve();
  expect(await answered).toBe('whole');
  await ended;
});
