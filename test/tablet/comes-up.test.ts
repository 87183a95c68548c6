import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTablet } from '../../agent/tablet/build.ts';
import { eventually } from '../harness/index.ts';
import { findChromium, startChromium, type Chromium } from '../harness/services/chromium.ts';
import { required, skipReason } from '../harness/services/index.ts';
import { crewModel, keepScreen, openSite, plans, type TabletSite } from './app.ts';
import { closeStorage, holdTurn, keepAsItWas, loseCached, tearLogs } from './mishaps.ts';
import { openSiteApp, type SiteApp, type SiteAppOptions } from './site-app.ts';

const absent = skipReason(findChromium());
const TIMEOUT_MS = 120_000;
/** So many unclean ends speak against a model. */
const CRASHES = 3;

const shows = (page: Page, text: string) =>
  eventually(`it says ${text}`, () => page.getByText(text).first().isVisible());

describe.skipIf(absent !== undefined)(
  `a tablet whose browser was killed, or lost something${absent === undefined ? '' : ` (skipped: ${absent})`}`,
  { timeout: TIMEOUT_MS },
  () => {
    const world = new AsyncDisposableStack();
    let chromium: Chromium;
    let site: TabletSite;
    const open = (options?: SiteAppOptions) => openSiteApp({ chromium, originOf: () => site.url }, 'tablet', options);

    beforeAll(async () => {
      await buildTablet();
      site = world.use(await openSite());
      await site.fleet.client.post('/api/v1/sites/north/log', { entries: plans(Date.now()) });
      chromium = required(await startChromium({ anyCertificate: true }));
      world.defer(() => chromium.remove());
    }, TIMEOUT_MS);
    afterAll(() => world.disposeAsync());

    it('says that the storage does not open, and comes up by itself when it does', async () => {
      const holder = await chromium.newPage();
      await holder.goto(`${site.url}/integrity.json`);
      const openStorage = await closeStorage(holder);
      const { page } = await open();
      expect(await shows(page, 'The browser has not opened its storage yet.')).toBe(true);
      await keepScreen(page, 'storage-closed');
      await openStorage();
      expect(await shows(page, 'Connect this tablet')).toBe(true);
      await holder.close();
      await page.close();
    });

    it('knows who holds it when it is killed the moment the first entry was said to be saved', async () => {
      const saved = Promise.withResolvers<void>();
      const app = await open({ onSaved: saved.resolve });
      await app.enrol(await site.fleet.code('tablet-1'));
      await app.go('#/activity/slab-2', 'Pour slab-2');
      const kill = await chromium.aim();
      const written = app.beginNote('who was that?').catch(() => undefined);
      await saved.promise;
      await kill();
      await written;
      const later = await open({ hash: '#/tablet' });
      await later.page.locator('.row', { hasText: 'You are' }).waitFor();
      expect(await later.page.locator('.row', { hasText: 'You are' }).innerText()).toContain('Ada');
      await later.close();
    });

    it('counts crashes that came before the browser had written down that somebody looked', async () => {
      const version = await site.fleet.publish(crewModel('delay'));
      let app = await open();
      await site.fleet.assign('tablet-1', 'delay', version);
      await reports('proving');
      const lastEnd = () => app.page.evaluate(`localStorage.getItem('plumbline.life')`);
      await app.page.goto('about:blank');
      await chromium.restart();
      for (let crash = 0; crash < CRASHES; crash += 1) {
        app = await open({ hash: '#/activity/slab-2', before: keepAsItWas });
        await app.ready();
        expect(await lastEnd()).not.toBeNull();
        await chromium.kill();
      }
      app = await open();
      await reports('rolled-back');
      await app.close();
    });

    it('has everything that was said to be saved after a kill that tore the log of the browser', async (test) => {
      const options: SiteAppOptions = { hash: '#/activity/slab-2', isOnline: false };
      const write = async (text: string) => {
        const app = await open(options);
        await app.note(text);
        return app;
      };
      await write('before the tear');
      let torn = 0;
      await chromium.kill(async (profile) => {
        torn = await tearLogs(profile);
      });
      if (torn === 0) test.skip('this Chromium keeps no logs of LevelDB');
      // It reads up to the tear and writes on behind it, so that the next start finds a damaged database, and throws it away.
      const app = await write('behind the tear');
      await app.page.evaluate(LEAVE_A_SIGN);
      await chromium.kill();
      const later = await open(options);
      await later.ready();
      expect(await later.page.evaluate(FIND_THE_SIGN)).toBe(false);
      expect(await later.unsentNotes()).toEqual(['before the tear', 'behind the tear']);
      expect(await later.page.locator('.row', { hasText: 'You are' }).innerText()).toContain('Ada');
      await later.page.context().setOffline(false);
      await later.strip('Everything is sent');
      await later.close();
    });

    it('does not say that everything is sent before an agent has looked: what is painted first may be older', async () => {
      const holder = await chromium.newPage();
      await holder.goto(`${site.url}/integrity.json`);
      const giveTurn = await holdTurn(holder);
      const app = await open({ hash: '#/tablet' });
      await app.strip('Starting.');
      await app.page.getByRole('region', { name: 'Not sent yet' }).getByText('Starting.').waitFor();
      expect(await app.page.getByText('Everything is sent').count()).toBe(0);
      await giveTurn();
      await app.strip('Everything is sent');
      await holder.close();
      await app.close();
    });

    it('says that a part of the app is missing, and has it again as soon as its host can be reached', async () => {
      const app: SiteApp = await open();
      const { page } = app;
      await page.evaluate('navigator.serviceWorker.ready');
      await loseCached(page, '/assets/start-');
      await site.setHost(false);
      await page.reload();
      expect(await shows(page, 'A part of the app did not come.')).toBe(true);
      await keepScreen(page, 'part-missing');
      await site.setHost(true);
      expect(await shows(page, 'Pour slab-2')).toBe(true);
      await site.setHost(false);
      await page.reload();
      expect(await shows(page, 'Pour slab-2')).toBe(true);
      await app.close();
    });

    async function reports(state: string): Promise<void> {
      await eventually(`the server knows that it is ${state}`, async () => {
        const { report } = await site.fleet.view('tablet-1');
        if (report?.models.some((one) => one.state === state)) return true;
        throw new Error(JSON.stringify(report?.models));
      });
    }
  },
);

/** In a database of its own, of which there is no copy. */
const LEAVE_A_SIGN = `new Promise((resolve, reject) => {
  const request = indexedDB.open('sign', 1);
  request.addEventListener('success', () => resolve(request.result.close()));
  request.addEventListener('error', () => reject(request.error));
})`;
const FIND_THE_SIGN = `indexedDB.databases().then((all) => all.some(({ name }) => name === 'sign'))`;
