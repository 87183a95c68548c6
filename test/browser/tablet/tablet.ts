import type { Page } from 'playwright-core';
import type { SiteView } from '../../../agent/src/browser/door/site-view.ts';
import type { Chromium } from '../../harness/services/chromium.ts';
import { eventually } from '../../harness/eventually.ts';

/** What a test reads of the phase: the pages' own types speak of a browser. */
export interface Phase {
  phase: 'starting' | 'following' | 'not-enrolled' | 'running' | 'failed';
  because?: string;
  view?: SiteView;
  code?: string;
}

/** One tab with the agent, or with one that follows. */
export interface Tablet {
  page: Page;
  phase(): Promise<Phase>;
  /** Waits until what it shows is so. */
  shows(what: string, is: (phase: Phase) => boolean): Promise<Phase>;
  /** Calls the door of the agent; what goes in and out is JSON. @throws Error whose message begins with the code */
  call<T>(name: string, ...args: unknown[]): Promise<T>;
  close(): Promise<void>;
}

/** Nobody waits a minute here: reconnecting, reports and the proof of a model are quick. */
const OPTIONS = {
  timing: { firstDelayMs: 20, maxDelayMs: 200, ackTimeoutMs: 2000, blockTimeoutMs: 2000, reportDelayMs: 10 },
  settings: { proveRecords: 1, proveTimeoutMs: 60_000 },
};

export async function openTablet(chromium: Chromium, url: string): Promise<Tablet> {
  const page = await chromium.newPage();
  await page.goto(url);
  await startAgent(page);
  const phase = () => page.evaluate('last') as Promise<Phase>;
  return {
    page,
    phase,
    shows: (what, is) =>
      eventually(`the tablet ${what}`, async () => {
        const now = await phase();
        if (is(now)) return now;
        throw new Error(JSON.stringify(now).slice(0, 2000));
      }),
    call: <T>(name: string, ...args: unknown[]) => page.evaluate(callDoor, { name, args }) as Promise<T>,
    close: () => page.close(),
  };
}

/** Also after a reload: the page knows nothing of its earlier life. */
export async function startAgent(page: Page): Promise<void> {
  await page.waitForFunction('"door" in globalThis');
  await page.evaluate(
    `globalThis.agent = door.openTabletAgent(${JSON.stringify(OPTIONS)}); agent.subscribe((phase) => (globalThis.last = phase));`,
  );
}

/** Runs in the page: must not mention anything outside itself. */
async function callDoor({ name, args }: { name: string; args: unknown[] }): Promise<unknown> {
  const { agent } = globalThis as unknown as { agent: Record<string, (...all: unknown[]) => unknown> };
  try {
    const answer = await agent[name]?.(...args);
    return answer instanceof Blob ? await answer.text() : answer;
  } catch (error) {
    throw new Error(`${(error as { code?: string }).code}: ${(error as Error).message}`, { cause: error });
  }
}
