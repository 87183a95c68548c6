import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFleetServer, readConfig } from '@plumbline/fleet-server';
import type { Page } from 'playwright-core';
import { buildConsole } from '../../fleet-server/console/build.ts';
import { seedFleet } from '../../fleet-server/src/entry/seed/index.ts';
import { setUp } from '../console/sign-in.ts';
import { startChromium } from '../harness/services/chromium.ts';
import { loneFigure, type LoneFigure } from './measure/figure.ts';
import { median } from './measure/pairs.ts';

const [DEVICES, ROWS, TURNS] = [10_000, 1_000_000, 7];
const BUDGETS = { listMs: 1500, filterMs: 300, scriptBytes: 350 * 1024 };

/**
 * The list of ten thousand devices as somebody meets it: from the address to a row that can be opened, from a typed letter
 * to the rows that fit, and the script that has to come before anything shows. Beside each what the same browser and server
 * take without the page: an empty page, and the bare answer.
 */
export async function* consolePages(): AsyncGenerator<LoneFigure> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  await using world = new AsyncDisposableStack();
  world.defer(() => rm(folder, { recursive: true, force: true }));
  const config = readConfig({
    PLUMBLINE_STATE: folder,
    PLUMBLINE_DEVELOPMENT: '1',
    PLUMBLINE_PLAIN: '1',
    PLUMBLINE_HTTP_PORT: '0',
    PLUMBLINE_MQTT_PORT: '0',
    PLUMBLINE_LOG_LEVEL: 'silent',
  });
  const server = await createFleetServer(config, { advanceByTimer: false });
  world.defer(() => server.close());
  const { database, now } = server.fleet;
  const began = performance.now();
  const made = await seedFleet({ database, now }, 'user:operator', { devices: DEVICES, rows: ROWS, seed: 7 });
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`  ${made.devices} devices, ${made.rows} predictions, seeded in ${seconds} s`);
  await buildConsole();
  const found = await startChromium();
  if (found.service === null) {
    yield { name: 'console', unit: '', ours: Number.NaN, reason: found.reason };
    return;
  }
  const chromium = found.service;
  world.defer(() => chromium.remove());
  const page = await chromium.newPage();
  await setUp(page, server);
  yield* list(page, server.url);
  yield* filter(page, server.url);
  yield await script(page, server.url);
}

async function* list(page: Page, url: string): AsyncGenerator<LoneFigure> {
  const bare = await timed(async () => {
    await page.goto(`${url}/plumb.svg`);
  });
  const ours = await timed(async () => {
    await page.goto(`${url}/devices`);
    await page.getByRole('row', { name: /seed-0001-gateway/ }).waitFor();
  });
  const rule = { rule: 'at most', limit: BUDGETS.listMs } as const;
  const reason = `median of ${TURNS}, a page anew each time; a picture alone ${bare.toFixed(0)} ms`;
  yield loneFigure({ name: `list of ${DEVICES} devices, interactive`, unit: 'ms', ours, reason, budget: rule });
}

async function* filter(page: Page, url: string): AsyncGenerator<LoneFigure> {
  const search = page.getByLabel('Search');
  const answer = await page.evaluate(async () => {
    const from = performance.now();
    await (await fetch('/api/v1/devices?search=1999&limit=200')).text();
    return performance.now() - from;
  });
  let turn = 0;
  const ours = await timed(async () => {
    turn += 1;
    const part = String(1000 + turn * 37);
    await search.fill(part);
    await page.getByRole('row', { name: new RegExp(`seed-${part}-gateway`) }).waitFor();
  });
  await page.goto(`${url}/devices`);
  const rule = { rule: 'at most', limit: BUDGETS.filterMs } as const;
  const reason = `median of ${TURNS}, from the last letter to the row, 80 ms of them waiting for the next letter; the bare answer ${answer.toFixed(0)} ms`;
  yield loneFigure({ name: `filter over ${DEVICES} devices`, unit: 'ms', ours, reason, budget: rule });
}

/** What has to be here before the overview shows: compressed, as it comes over the wire. */
async function script(page: Page, url: string): Promise<LoneFigure> {
  await page.goto(url);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  const sizes = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.endsWith('.js'))
      .map((entry) => (entry as unknown as { encodedBodySize: number }).encodedBodySize),
  );
  const ours = sizes.reduce((sum, one) => sum + one, 0);
  const rule = { rule: 'at most', limit: BUDGETS.scriptBytes } as const;
  return loneFigure({
    name: 'first-load script',
    unit: 'bytes',
    ours,
    reason: `${sizes.length} files, Brotli`,
    budget: rule,
  });
}

async function timed(act: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const from = performance.now();
    await act();
    times.push(performance.now() - from);
  }
  return median(times);
}
