import { serveFiles } from '../../browser/serve-files.ts';
import type { Chromium } from '../../harness/services/chromium.ts';
import { buildSuites } from './build-suites.ts';
import type { SuiteOutcome } from './run-in-page.ts';

const PAGE = '<!doctype html><title>Core suites</title><script type="module" src="/page.js"></script>';

/**
 * Runs suites in a tab of this browser.
 * @param suites paths from the root of the repository
 */
export async function runInChromium(chromium: Chromium, suites: readonly string[]): Promise<SuiteOutcome[]> {
  const modules = await buildSuites(suites);
  await using web = await serveFiles(modules.set('index.html', PAGE));
  const page = await chromium.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  try {
    await page.goto(web.url);
    await page
      .waitForFunction(() => 'runSuites' in globalThis, undefined, { timeout: 20_000 })
      .catch((error) => {
        throw new Error(`the suites did not load: ${problems.join('; ') || String(error)}`);
      });
    const outcomes = await page.evaluate(callInPage);
    if (problems.length > 0) throw new Error(`nobody caught: ${problems.join('; ')}`);
    return outcomes;
  } finally {
    await page.close();
  }
}

/** Runs in the page: must not mention anything outside itself. */
function callInPage(): Promise<SuiteOutcome[]> {
  return (globalThis as unknown as { runSuites: () => Promise<SuiteOutcome[]> }).runSuites();
}

/** What ran where, for a person: counts, what the browser cannot run, and what took longest. */
export function summary(
  outcomes: readonly SuiteOutcome[],
  nodeOnly: readonly { suite: string; reason: string }[],
  version: string,
): string {
  const passed = outcomes.reduce((sum, one) => sum + one.passed, 0);
  const slowest = outcomes.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, 5);
  return [
    `${passed} tests in ${outcomes.length} files passed in Chromium ${version}`,
    ...outcomes.flatMap(({ skipped }) => skipped.map((name) => `not here, as it says itself: ${name}`)),
    ...nodeOnly.map(({ suite, reason }) => `not in a browser: ${suite}: ${reason}`),
    `longest: ${slowest.map(({ suite, durationMs }) => `${suite} ${durationMs} ms`).join(', ')}`,
  ].join('\n');
}
