import { join } from 'node:path';
import { Hono } from 'hono';
import type { PageFile } from '../console/built-pages.ts';
import { givePage } from '../console/give-page.ts';
import { readBuild } from './read-build.ts';
import { tabletHeaders, type TabletPolicy } from './tablet-headers.ts';

/** Where `npm run -s build:tablet` puts the app. */
export const TABLET_FOLDER = join(import.meta.dirname, '../../../../../agent/tablet/dist');

const NOT_BUILT =
  'The site app is not built. Run `npm run -s build:tablet` in the folder of Plumbline and load this again.';

/**
 * The static files of the site app, on an origin of their own: no API, no cookie, nothing of the console. Any other web
 * server that gives the same files with the same headers does as well.
 * @param policy asked for at each answer, because the server knows its own address only when it listens
 */
export function createTabletApp(policy: () => TabletPolicy, folder = TABLET_FOLDER): Hono {
  const app = new Hono();
  let files: Promise<Map<string, PageFile>> | undefined;
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(tabletHeaders(policy()))) context.res.headers.set(name, value);
  });
  app.get('*', async (context) => {
    files ??= readBuild(folder);
    const known = await files;
    // Built while the server runs: looked for again.
    if (known.size === 0) files = undefined;
    if (known.size === 0) return context.text(NOT_BUILT, 503);
    const { path } = context.req;
    const file = known.get(path === '/' ? '/index.html' : path);
    return file === undefined ? context.notFound() : givePage(context, file);
  });
  return app;
}
