import { listenWeb } from '../../fleet-server/src/entry/listeners/index.ts';
import type { Chromium } from '../harness/services/chromium.ts';
import { buildPage } from './build-page.ts';
import type * as inPage from './page/page.ts';

type InPage = typeof inPage;
type Answer<Name extends keyof InPage> = Awaited<ReturnType<InPage[Name]>>;

/** A tab on our page, which is the same origin before and after a reload or a restart of the browser. */
export interface Tab {
  /** Calls what `page/page.ts` exports; what goes in and out is JSON. */
  ask<Name extends keyof InPage>(name: Name, ...args: Parameters<InPage[Name]>): Promise<Answer<Name>>;
  reload(): Promise<void>;
  restartBrowser(): Promise<void>;
  close(): Promise<void>;
}

/** @param api answers everything that is not the page itself */
export async function openTab(
  chromium: Chromium,
  api: (request: Request, env: object) => Response | Promise<Response> = () => new Response(null, { status: 404 }),
): Promise<Tab> {
  const files: Record<string, { type: string; text: string }> = {
    '/': {
      type: 'text/html; charset=utf-8',
      text: '<!doctype html><title>Plumbline</title><script src="/page.js"></script>',
    },
    '/page.js': { type: 'text/javascript; charset=utf-8', text: await buildPage() },
  };
  const answer = (request: Request, env: object) => {
    const file = files[new URL(request.url).pathname];
    return file === undefined ? api(request, env) : new Response(file.text, { headers: { 'content-type': file.type } });
  };
  const web = await listenWeb(answer, { host: '127.0.0.1', port: 0 });
  const open = async () => {
    const fresh = await chromium.newPage();
    await fresh.goto(web.url);
    return fresh;
  };
  let page = await open();
  return {
    ask: <Name extends keyof InPage>(name: Name, ...args: Parameters<InPage[Name]>) =>
      page.evaluate(callInPage, { name, args }) as Promise<Answer<Name>>,
    async reload() {
      await page.reload();
    },
    async restartBrowser() {
      await chromium.restart();
      page = await open();
    },
    async close() {
      await page.close();
      // A browser keeps connections open that it may want later.
      const closed = web.close();
      web.server.closeAllConnections();
      await closed;
    },
  };
}

/** Runs in the page: must not mention anything outside itself. */
function callInPage({ name, args }: { name: string; args: unknown[] }): unknown {
  const { plumbline } = globalThis as unknown as { plumbline: Record<string, (...args: unknown[]) => unknown> };
  return plumbline[name]?.(...args);
}
