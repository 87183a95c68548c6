import type { App } from '../edge.ts';
import { CONSOLE_FOLDER, readPages, type PageFile } from './built-pages.ts';
import { readDocs } from './docs.ts';
import { givePage } from './give-page.ts';

const API = '/api/';
const NOT_BUILT =
  '<!doctype html><meta charset="utf-8"><title>Plumbline</title><h1>The console is not built</h1>' +
  '<p>Run <code>npm run -s build:console</code> in the folder of Plumbline and load this page again. ' +
  'Everything it does is also in the command line: <code>plumbline --help</code>.</p>';

/**
 * The pages of the console and of the documentation. Every other address that is not of the API is the console's own:
 * it knows its pages, and says so of those it does not.
 */
export function addConsole(app: App, folder = CONSOLE_FOLDER): void {
  let pages: Promise<Map<string, PageFile>> | undefined;
  const docs = readDocs();
  app.get('/docs/:page', async (context, next) => {
    const html = await docs(context.req.param('page'));
    return html === undefined ? next() : context.html(html);
  });
  app.get('*', async (context, next) => {
    const { path } = context.req;
    if (path.startsWith(API)) return next();
    pages ??= readPages(folder);
    const known = await pages;
    // Built while the server runs: looked for again.
    if (known.size === 0) pages = undefined;
    const own = known.get(path);
    if (own !== undefined) return givePage(context, own);
    const wantsPage = context.req.header('accept')?.includes('text/html') === true;
    if (!wantsPage) return next();
    const index = known.get('/index.html');
    return index === undefined ? context.html(NOT_BUILT, 503) : givePage(context, index);
  });
}
