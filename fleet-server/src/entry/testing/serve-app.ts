import { serve } from '@hono/node-server';
import type { App } from '../http/index.ts';
import { checkedAnswers } from './checked-answers.ts';

/** The application behind a real listener on loopback; an answer that is not as described is a 500 there. */
export function serveApp(app: App): Promise<{ url: string; close(): Promise<void> }> {
  const { fetch } = checkedAnswers(app);
  return new Promise((resolve) => {
    const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () => new Promise((closed) => server.close(() => closed())),
      }),
    );
  });
}
