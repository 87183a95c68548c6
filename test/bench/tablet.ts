import type { Page } from 'playwright-core';
import { eventually } from '../harness/eventually.ts';
import { crewModel } from '../tablet/app.ts';
import { firstPaintScripts, pressedBytes } from '../tablet/first-paint.ts';
import { openPrivateSite, whyNoPrivateSite, type PrivateSite } from '../tablet/private-site.ts';
import { openSiteApp } from '../tablet/site-app.ts';
import { figureOf, loneFigure, type Figure, type LoneFigure } from './measure/figure.ts';
import { median } from './measure/pairs.ts';
import { serveBare } from './tablet/bare-app.ts';

const PAIRS = 11;
const BUDGETS = { paintMs: 1000, answerMs: 2000, scriptBytes: 150_000 };

interface Marks {
  paintedMs: number;
  answeredMs: number;
}

interface MarkedPair {
  ours: Marks;
  bare: Marks;
}

/**
 * The site app after a cold start without any network, beside an empty page with the same runtime and model that a server
 * on this machine gives. The browser ends and is started anew each time, the files of its profile are in the page cache.
 * From the navigation to the stored prediction of an activity on the screen, and to the first answer of the model to a
 * question asked as early as the page lets somebody ask.
 */
export async function* tabletStart(): AsyncGenerator<Figure | LoneFigure> {
  const reason = whyNoPrivateSite();
  if (reason !== undefined) return yield { name: 'tablet', unit: '', ours: Number.NaN, reason };
  await using site = await openPrivateSite(['tablet']);
  const model = crewModel('delay');
  const version = await site.fleet.publish(model);
  const app = await openSiteApp(site, 'tablet');
  await app.enrol(await site.fleet.code('tablet-1'));
  await site.fleet.assign('tablet-1', 'delay', version);
  await app.page.locator('.card .risk-number').first().waitFor();
  await app.page.evaluate('navigator.serviceWorker.ready');
  await site.fleet.stop();
  await using bare = await serveBare(model.bytes);
  const pairs = await measure({ ours: () => startApp(site), bare: () => startBare(site, bare.url) });
  yield* figures('first paint of stored predictions', 'an empty page', pairs, 'paintedMs', BUDGETS.paintMs);
  yield* figures('first new prediction', 'bare ONNX Runtime', pairs, 'answeredMs', BUDGETS.answerMs);

  const scripts = await firstPaintScripts();
  yield loneFigure({
    name: 'first-paint script',
    unit: 'bytes',
    ours: await pressedBytes(scripts),
    reason: `${scripts.length} files, Brotli`,
    budget: { rule: 'at most', limit: BUDGETS.scriptBytes },
  });
}

/** What stands beside it says what a browser takes by itself; the budget speaks of the app alone. */
function* figures(
  name: string,
  against: string,
  pairs: readonly MarkedPair[],
  mark: keyof Marks,
  limit: number,
): Generator<Figure | LoneFigure> {
  const values = pairs.map(({ ours, bare }) => ({ ours: ours[mark], bare: bare[mark] }));
  yield figureOf({ name, unit: 'ms', against, by: 'difference' }, values);
  const all = values.map(({ ours }) => ours);
  const reason = `median of ${all.length} cold starts offline, ${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}`;
  yield loneFigure({ name, unit: 'ms', ours: median(all), reason, budget: { rule: 'at most', limit } });
}

/** Interleaved; one round that does not count comes first. */
async function measure({ ours, bare }: Record<'ours' | 'bare', () => Promise<Marks>>): Promise<MarkedPair[]> {
  await ours();
  await bare();
  const pairs: MarkedPair[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const first = await (pair % 2 === 0 ? ours : bare)();
    const second = await (pair % 2 === 0 ? bare : ours)();
    pairs.push(pair % 2 === 0 ? { ours: first, bare: second } : { ours: second, bare: first });
  }
  return pairs;
}

async function startApp(site: PrivateSite): Promise<Marks> {
  await site.chromium.restart();
  const app = await openSiteApp(site, 'tablet', { hash: '#/activity/slab-2', isOnline: false, before: watch });
  const marks = await marksOf(app.page);
  await app.close();
  return marks;
}

async function startBare({ chromium }: PrivateSite, url: string): Promise<Marks> {
  await chromium.restart();
  const page = await chromium.newPage();
  await watch(page);
  await page.goto(url);
  const marks = await marksOf(page);
  await page.close();
  return marks;
}

function marksOf(page: Page): Promise<Marks> {
  return eventually('the model answered', async () => {
    const now = (await page.evaluate('marks')) as Partial<Marks>;
    return now.answeredMs !== undefined && (now as Marks);
  });
}

/** Asks as soon as there is a button, and again until there is an answer, as an impatient person would. */
const MARK = `
  const marks = (globalThis.marks = {});
  const look = () => {
    if (document.querySelector('.risk-number') !== null) marks.paintedMs ??= performance.now();
    if (document.querySelector('.what-if') !== null) marks.answeredMs ??= performance.now();
    if (marks.answeredMs !== undefined) return;
    for (const button of document.querySelectorAll('button')) if (button.textContent === 'Calculate') button.click();
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
`;

async function watch(page: Page): Promise<void> {
  await page.addInitScript({ content: `{ ${MARK} }` });
}
