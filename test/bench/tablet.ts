import type { Page } from 'playwright-core';
import { eventually } from '../harness/eventually.ts';
import { crewModel } from '../tablet/app.ts';
import { openPrivateSite, whyNoPrivateSite, type PrivateSite } from '../tablet/private-site.ts';
import { openSiteApp } from '../tablet/site-app.ts';
import { loneFigure, type LoneFigure } from './measure/figure.ts';
import { median } from './measure/pairs.ts';

const STARTS = 11;
const BUDGETS = { paintMs: 1000, answerMs: 2000 };

interface Marks {
  paintedMs?: number;
  answeredMs?: number;
}

/**
 * The site app after a cold start without any network: the browser ends and is started anew each time, the files of its
 * profile are in the page cache. From the navigation to the stored prediction of an activity on the screen, and to the
 * first answer of the model to a question asked as early as the page lets somebody ask.
 */
export async function* tabletStart(): AsyncGenerator<LoneFigure> {
  const reason = whyNoPrivateSite();
  if (reason !== undefined) return yield { name: 'tablet', unit: '', ours: Number.NaN, reason };
  await using site = await openPrivateSite(['tablet']);
  const version = await site.fleet.publish(crewModel('delay'));
  const app = await openSiteApp(site, 'tablet');
  await app.enrol(await site.fleet.code('tablet-1'));
  await site.fleet.assign('tablet-1', 'delay', version);
  await app.page.locator('.card .risk-number').first().waitFor();
  await app.page.evaluate('navigator.serviceWorker.ready');
  await site.fleet.stop();
  await startCold(site);
  const starts: Required<Marks>[] = [];
  for (let start = 0; start < STARTS; start += 1) starts.push(await startCold(site));
  const figure = (name: string, key: 'paintedMs' | 'answeredMs', limit: number) => {
    const all = starts.map((one) => one[key]);
    const spread = `median of ${STARTS} cold starts offline, ${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}`;
    return loneFigure({ name, unit: 'ms', ours: median(all), reason: spread, budget: { rule: 'at most', limit } });
  };
  yield figure('first paint of stored predictions', 'paintedMs', BUDGETS.paintMs);
  yield figure('first new prediction', 'answeredMs', BUDGETS.answerMs);
}

async function startCold(site: PrivateSite): Promise<Required<Marks>> {
  await site.chromium.restart();
  const app = await openSiteApp(site, 'tablet', { hash: '#/activity/slab-2', isOnline: false, before: watch });
  const marks = await eventually('the model answered', async () => {
    const now = (await app.page.evaluate('marks')) as Marks;
    return now.answeredMs !== undefined && (now as Required<Marks>);
  });
  await app.close();
  return marks;
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
