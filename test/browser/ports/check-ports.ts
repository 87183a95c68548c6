import type { Page } from 'playwright-core';
import type { Chromium } from '../../harness/services/chromium.ts';
import type { SuiteOutcome } from '../../runtimes/core-suites/run-in-page.ts';
import { runSuites, type Place } from '../../runtimes/core-suites/run-suites.ts';
import { bridgeToNode } from './bridge-to-node.ts';

const suiteOf = (port: string) => `test/browser/ports/suites/${port}.suite.ts`;
export const QUICK_PORTS = ['store', 'tablet-database', 'files', 'database-files', 'crypto', 'link', 'inference'].map(
  suiteOf,
);
/** Trials start a worker with 14 MB of runtime anew after every model that failed. */
export const EVERY_PORT = [...QUICK_PORTS, suiteOf('trial')];

/** Little enough to be filled. */
export const ROOM_BYTES = 24 * 2 ** 20;
const WITHIN_MS = 300_000;

/** Runs the contract suites of these ports on the adapters of a tablet, in a worker of this browser. */
export async function checkPorts(
  place: Place & { roomBytes?: number },
  suites: readonly string[],
): Promise<SuiteOutcome[]> {
  await using opened = new AsyncDisposableStack();
  return await runSuites(place, suites, {
    inWorker: true,
    withinMs: WITHIN_MS,
    bridge: async () => {
      const bridge = bridgeToNode(place.roomBytes);
      opened.defer(bridge.end);
      return bridge;
    },
  });
}

/** A tab of Chromium with that much room: set before the browser looks for the first time, because it remembers. */
export async function tightTab(chromium: Chromium): Promise<Place & { roomBytes: number; page: Page }> {
  const page = await chromium.newPage();
  const devtools = await page.context().newCDPSession(page);
  return {
    page,
    roomBytes: ROOM_BYTES,
    async open(url) {
      const { origin } = new URL(url);
      await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: ROOM_BYTES });
      await page.goto(url);
    },
  };
}
