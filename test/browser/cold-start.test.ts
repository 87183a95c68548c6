import { describe, expect, it } from 'vitest';
import { createFleet } from '../harness/index.ts';
import { ENGINES } from '../harness/engines/index.ts';
import { required, skipReason } from '../harness/services/index.ts';
import { serveFiles } from './serve-files.ts';

/**
 * Asked for a certificate, Chromium gives up its first WebSocket, and WebKitGTK, once it has spoken with the server, never
 * sends a request for which it has to ask leave. Firefox does not mind.
 */
const MINDED = ENGINES.filter(({ name }) => name !== 'firefox');
const WITHIN_MS = 8000;

/** What a tablet asks first after its browser was started: its link, which nothing prepared, and its enrolment. */
const page = (server: string, webSocket: string) => `
const opens = () => new Promise((resolve) => {
  const socket = new WebSocket(${JSON.stringify(webSocket)}, ['mqtt']);
  socket.onopen = () => resolve('open');
  socket.onerror = () => resolve('refused');
  setTimeout(() => resolve('silent'), ${WITHIN_MS});
});
const asks = (path, more) => fetch('${server}' + path, { ...more, signal: AbortSignal.timeout(${WITHIN_MS}) })
  .then(({ status }) => status, String);
const enrolment = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
const said = { first: await opens(), health: await asks('/api/v1/health') };
Object.assign(said, { second: await opens(), enrolment: await asks('/api/v1/enrol', enrolment) });
await fetch('/said', { method: 'POST', body: JSON.stringify(said) });`;

for (const kind of MINDED) {
  const absent = skipReason(kind.find());
  describe.skipIf(absent !== undefined)(
    `a cold start of ${kind.name}${absent === undefined ? '' : ` (skipped: ${absent})`}`,
    () => {
      it('opens the first WebSocket to the server, and is answered when it asks to enrol', async () => {
        await using world = new AsyncDisposableStack();
        const said = Promise.withResolvers<unknown>();
        const files = new Map([['index.html', '<!doctype html><script type="module" src="/page.js"></script>']]);
        const take = async (request: Request) => {
          said.resolve(await request.json());
          return new Response();
        };
        const web = world.use(await serveFiles(files, { take }));
        const fleet = world.use(await createFleet({ environment: { PLUMBLINE_TABLET_ORIGINS: web.url } }));
        const { caPem = '', url } = fleet.server;
        files.set('page.js', page(url, `${url.replace('https:', 'wss:')}/mqtt`));
        const engine = required(await kind.start({ caPem }));
        world.defer(() => engine.remove());
        await engine.open(web.url);
        // The server lets no empty request enrol, and says so.
        expect(await said.promise).toEqual({ first: 'open', health: 200, second: 'open', enrolment: 400 });
      }, 60_000);
    },
  );
}
