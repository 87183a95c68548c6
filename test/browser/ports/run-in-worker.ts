import { buildSuites } from '../../runtimes/core-suites/build-suites.ts';
import type { SuiteOutcome } from '../../runtimes/core-suites/run-in-page.ts';
import type { Chromium } from '../../harness/services/chromium.ts';
import { serveFiles } from '../serve-files.ts';

/** What suites may call in Node, by name; what goes in and out is JSON. */
export type Bridge = Record<string, (...args: never[]) => unknown>;

const PAGE = `<!doctype html><title>Port suites</title><script type="module">
  globalThis.outcomes = new Promise((resolve, reject) => {
    const worker = new Worker('/page.js', { type: 'module' });
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
    worker.addEventListener('message', async ({ data }) => {
      if ('outcomes' in data) return resolve(data.outcomes);
      const answer = await globalThis.inNode(data.name, data.args).then(
        (value) => ({ value }),
        (error) => ({ failure: String(error) }),
      );
      worker.postMessage({ id: data.id, ...answer });
    });
  });
</script>`;

/** Runs suites in a dedicated worker, where the agent of a tablet lives, and lets them call back. */
export async function runInWorker(
  chromium: Chromium,
  suites: readonly string[],
  bridge: (origin: string, page: Awaited<ReturnType<Chromium['newPage']>>) => Promise<Bridge>,
): Promise<SuiteOutcome[]> {
  const files = await buildSuites(suites);
  await using web = await serveFiles(files.set('index.html', PAGE));
  const page = await chromium.newPage();
  try {
    const called = await bridge(web.url, page);
    await page.exposeFunction('inNode', (name: string, args: never[]) => called[name]?.(...args));
    await page.goto(web.url);
    return (await page.evaluate('outcomes')) as SuiteOutcome[];
  } finally {
    await page.close();
  }
}
