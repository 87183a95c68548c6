import type { Chromium } from '../../harness/services/chromium.ts';
import type { SuiteOutcome } from '../../runtimes/core-suites/run-in-page.ts';
import { bridgeToNode } from './bridge-to-node.ts';
import { runInWorker } from './run-in-worker.ts';

const suiteOf = (port: string) => `test/browser/ports/suites/${port}.suite.ts`;
export const QUICK_PORTS = ['store', 'files', 'crypto', 'link'].map(suiteOf);
/** Trials start a worker with 14 MB of runtime anew after every model that failed. */
export const EVERY_PORT = [...QUICK_PORTS, suiteOf('trial')];

/** Set before the browser looks for the first time: it is to be filled. */
const ROOM_BYTES = 24 * 2 ** 20;

/** Runs the contract suites of these ports on the adapters of a tablet. */
export async function checkPorts(chromium: Chromium, suites: readonly string[]): Promise<SuiteOutcome[]> {
  await using opened = new AsyncDisposableStack();
  const outcomes = await runInWorker(chromium, suites, async (origin, page) => {
    const bridge = await bridgeToNode(origin, page);
    opened.defer(bridge.end);
    await bridge.setQuota(ROOM_BYTES);
    return bridge;
  });
  return outcomes;
}
