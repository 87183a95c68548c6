import type { RunnerTask, RunnerTestFile, SerializedConfig, VitestTestRunner } from 'vitest';

export interface SuiteOutcome {
  suite: string;
  passed: number;
  failures: { test: string; error: string }[];
  /** Tests that say themselves that they do not run here. */
  skipped: string[];
  durationMs: number;
}

/** What a page posts when its suites have run. */
export interface PostedOutcomes {
  outcomes: SuiteOutcome[];
  /** Errors that nobody caught. */
  uncaught: string[];
}

type Importers = Record<string, () => Promise<unknown>>;

const TEST_TIMEOUT_MS = 60_000;

/** What Vitest reads of its configuration while it runs suites, as the tests in Node have it. */
const CONFIG = {
  root: '',
  name: '',
  setupFiles: [],
  passWithNoTests: false,
  allowOnly: false,
  sequence: { hooks: 'stack', setupFiles: 'list', seed: 1, shuffle: false },
  maxConcurrency: 1,
  testTimeout: TEST_TIMEOUT_MS,
  hookTimeout: TEST_TIMEOUT_MS,
  teardownTimeout: TEST_TIMEOUT_MS,
  retry: 0,
  tags: [],
  expect: {},
  experimental: {},
};

/** Runs the suites, in a page or in a worker, and posts what came of it: no browser has to be driven for it. */
export async function postOutcomes(importers: Importers): Promise<void> {
  const uncaught: string[] = [];
  const here = globalThis as unknown as EventTarget;
  here.addEventListener('unhandledrejection', (event) => uncaught.push(wordsOf('reason' in event && event.reason)));
  here.addEventListener('error', (event) => uncaught.push(wordsOf('error' in event && event.error)));
  try {
    await post('/outcomes', { outcomes: await runSuites(importers), uncaught });
  } catch (error) {
    await post('/failed', wordsOf(error));
  }
}

function post(to: string, body: unknown): Promise<unknown> {
  return fetch(to, { method: 'POST', body: JSON.stringify(body) });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
}

/** Runs each suite by Vitest's own runner. */
async function runSuites(importers: Importers): Promise<SuiteOutcome[]> {
  // Vitest looks its state up here, whichever of its workers it runs in; the page is one.
  Object.assign(globalThis, { __vitest_worker__: { config: CONFIG, ctx: { pool: 'browser' }, environment: {} } });
  const { startTests } = await import('vitest/internal/browser');
  const runner: VitestTestRunner = {
    config: CONFIG as unknown as SerializedConfig,
    pool: 'browser',
    importFile: (path) => importers[path]?.() ?? Promise.reject(new Error(`no suite ${path}`)),
  };
  const outcomes: SuiteOutcome[] = [];
  for (const suite of Object.keys(importers)) {
    const [file] = await startTests([suite], runner);
    if (file === undefined) throw new Error(`${suite} did not run`);
    outcomes.push(outcomeOf(suite, file));
  }
  return outcomes;
}

function outcomeOf(suite: string, file: RunnerTestFile): SuiteOutcome {
  const outcome: SuiteOutcome = { suite, passed: 0, failures: [], skipped: [], durationMs: 0 };
  const visit = (task: RunnerTask, name: string) => {
    for (const { message, stack } of task.result?.errors ?? []) {
      outcome.failures.push({ test: name, error: `${message}\n${stack ?? ''}` });
    }
    if (task.type === 'suite') for (const one of task.tasks) visit(one, `${name} > ${one.name}`);
    else if (task.result?.state === 'pass') outcome.passed += 1;
    else if (task.mode === 'skip' || task.mode === 'todo') outcome.skipped.push(name);
    else if (task.result?.errors === undefined) outcome.failures.push({ test: name, error: 'did not end' });
  };
  visit(file, suite);
  outcome.durationMs = Math.round(file.result?.duration ?? 0);
  return outcome;
}
