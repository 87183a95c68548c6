import { serveFiles } from '../../browser/serve-files.ts';
import { buildSuites } from './build-suites.ts';
import type { PostedOutcomes, SuiteOutcome } from './run-in-page.ts';

/** What suites may call in Node, by name; what goes in and out is JSON. */
export type Bridge = Record<string, (...args: never[]) => unknown>;

/** A browser, as far as suites want one. */
export interface Place {
  /** Shows this address. */
  open(url: string): Promise<unknown>;
  /** What it said when nothing came of it. */
  said?: () => string;
}

export interface RunOptions {
  /** In a dedicated worker, where the agent of a tablet lives, and not in the page. */
  inWorker?: boolean;
  bridge?: (origin: string) => Promise<Bridge>;
  withinMs?: number;
}

const IN_PAGE = '<!doctype html><title>Suites</title><script type="module" src="/page.js"></script>';
/** A module of its own: a policy that forbids inline scripts holds here too. */
const IN_WORKER = IN_PAGE.replace('/page.js', '/start-worker.js');
const START_WORKER = `const worker = new Worker('/page.js', { type: 'module' });
worker.addEventListener('error', ({ message }) =>
  fetch('/failed', { method: 'POST', body: JSON.stringify(message || 'the worker could not be loaded') }));`;

const builds = new Map<string, ReturnType<typeof buildSuites>>();

/** The same suites are built once for all engines that run them. */
function built(suites: readonly string[]): ReturnType<typeof buildSuites> {
  const key = suites.join('\n');
  const build = builds.get(key) ?? buildSuites(suites);
  builds.set(key, build);
  return build;
}

/**
 * Runs suites in whatever browser opens the address: the page does all of it by itself and posts what came of it.
 * @param suites paths from the root of the repository
 * @throws Error when nothing came of it
 */
export async function runSuites(
  place: Place,
  suites: readonly string[],
  { inWorker = false, bridge, withinMs = 110_000 }: RunOptions = {},
): Promise<SuiteOutcome[]> {
  const files = new Map(await built(suites));
  files.set('index.html', inWorker ? IN_WORKER : IN_PAGE).set('start-worker.js', START_WORKER);
  const { promise, resolve, reject } = Promise.withResolvers<SuiteOutcome[]>();
  let called: Bridge = {};
  const take = async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/failed') reject(new Error(`the suites did not run: ${await request.text()}`));
    else if (pathname === '/outcomes') {
      const { outcomes, uncaught } = (await request.json()) as PostedOutcomes;
      if (uncaught.length > 0) reject(new Error(`nobody caught: ${uncaught.join('; ')}`));
      else resolve(outcomes);
    } else return answerOf(called[pathname.slice('/node/'.length)], (await request.json()) as never[]);
    return new Response();
  };
  await using web = await serveFiles(files, { take });
  called = (await bridge?.(web.url)) ?? {};
  await place.open(web.url);
  const late = setTimeout(() => reject(new Error(`no answer in ${withinMs} ms; ${place.said?.() ?? ''}`)), withinMs);
  // Awaited here: the server ends with this function.
  return await promise.finally(() => clearTimeout(late));
}

async function answerOf(called: Bridge[string] | undefined, args: never[]): Promise<Response> {
  try {
    return Response.json({ value: await called?.(...args) });
  } catch (error) {
    return Response.json({ failure: String(error) });
  }
}

/** What ran where, for a person: counts, what the browser cannot run, and what took longest. */
export function summary(
  outcomes: readonly SuiteOutcome[],
  nodeOnly: readonly { suite: string; reason: string }[],
  browser: string,
): string {
  const passed = outcomes.reduce((sum, one) => sum + one.passed, 0);
  const slowest = outcomes.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, 5);
  return [
    `${passed} tests in ${outcomes.length} files passed in ${browser}`,
    ...outcomes.flatMap(({ skipped }) => skipped.map((name) => `not here, as it says itself: ${name}`)),
    ...nodeOnly.map(({ suite, reason }) => `not in a browser: ${suite}: ${reason}`),
    `longest: ${slowest.map(({ suite, durationMs }) => `${suite} ${durationMs} ms`).join(', ')}`,
  ].join('\n');
}
