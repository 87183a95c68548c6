import { createSeededRandom } from '@plumbline/shared/testing';
import { z } from 'zod';
import { crewModel } from '../tablet/app.ts';
import { openPrivateSite } from '../tablet/private-site.ts';
import { createSavedKills, notesOf } from '../tablet/saved-kills.ts';
import { openSiteApp } from '../tablet/site-app.ts';
import { openProgress } from './kept-progress.ts';
import type { SoakOptions } from './options.ts';

const FULL = 200;
const ENTRIES = 50;
/** Kills of one tablet, after which its books are closed and another one begins. */
const PER_TABLET = 25;

const count = z.number().int().nonnegative();
const progress = z.object({
  kills: count,
  torn: count.default(0),
  shown: count,
  unshownDelivered: count,
  delivered: count,
  calm: count,
  lost: count,
  doubled: count,
  asked: count.default(0),
  modelsGone: count.default(0),
  slowestMs: count.default(0),
});
type Progress = z.infer<typeof progress>;
const NONE: Progress = {
  kills: 0,
  torn: 0,
  shown: 0,
  unshownDelivered: 0,
  delivered: 0,
  calm: 0,
  lost: 0,
  doubled: 0,
  asked: 0,
  modelsGone: 0,
  slowestMs: 0,
};

/**
 * A tablet in Chromium whose browser is taken away within 100 ms of Save, two hundred times, a fifth of them in the middle
 * of a record of its log; and fifty entries written offline.
 */
export async function run(options: SoakOptions): Promise<{ passed: number; failed: number }> {
  const { minutes = Infinity, count: wanted = FULL, seed, dir } = options;
  const kept = await openProgress('tablet', { seed, dir }, progress, NONE);
  const end = performance.now() + minutes * 60_000;
  while (kept.now.kills < wanted && performance.now() < end) {
    await kept.keep(await killOne(kept.now, Math.min(PER_TABLET, wanted - kept.now.kills), seed));
    console.log(`${kept.now.kills} of ${wanted} kills: ${JSON.stringify(kept.now)}`);
  }
  const { kills, lost, doubled, asked, modelsGone } = kept.now;
  if (kills >= wanted) await kept.forget();
  const failed = lost + doubled + asked + modelsGone;
  return { passed: Math.max(0, kills - failed), failed };
}

async function killOne(before: Progress, kills: number, seed: number): Promise<Progress> {
  await using site = await openPrivateSite(['tablet']);
  const version = await site.fleet.publish(crewModel('delay'));
  let app = await openSiteApp(site, 'tablet');
  await app.enrol(await site.fleet.code('tablet-1'));
  await site.fleet.assign('tablet-1', 'delay', version);
  await app.page.locator('.card .risk-number').first().waitFor();
  await app.page.evaluate('navigator.serviceWorker.ready');

  await app.page.context().setOffline(true);
  await site.fleet.stop();
  await app.go('#/activity/slab-2', 'Pour slab-2');
  const written = Array.from({ length: ENTRIES }, (_, n) => `offline ${n}`);
  for (const text of written) await app.note(text);
  await site.chromium.kill();
  await site.fleet.start();
  app = await openSiteApp(site, 'tablet');
  await app.strip('Everything is sent');
  await app.close();
  const known = await notesOf(site);

  const killing = createSavedKills(site, 'tablet', createSeededRandom(seed * 1_000_003 + before.kills));
  await killing.lives(kills);
  const sums = await killing.close();
  const { report } = await site.fleet.view('tablet-1');
  const isAnswering = report?.models.some(({ running }) => running?.version === version) === true;
  return {
    kills: before.kills + sums.kills,
    torn: before.torn + sums.torn,
    shown: before.shown + sums.shown,
    unshownDelivered: before.unshownDelivered + sums.delivered - (sums.shown - sums.lost),
    delivered: before.delivered + sums.delivered,
    calm: before.calm + written.length,
    lost: before.lost + sums.lost + written.filter((text) => !known.includes(text)).length,
    doubled: before.doubled + sums.doubled + known.length - new Set(known).size,
    asked: before.asked + sums.asked,
    modelsGone: before.modelsGone + (isAnswering ? 0 : 1),
    slowestMs: Math.max(before.slowestMs, sums.slowestMs),
  };
}
