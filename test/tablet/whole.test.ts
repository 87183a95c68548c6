import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createSeededRandom } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, readBooks } from '../harness/index.ts';
import { startChromium, type Chromium } from '../harness/services/chromium.ts';
import { required } from '../harness/services/index.ts';
import { bulkyCrewModel, crewModel, keepScreen } from './app.ts';
import { damageOneEntry, setClockWrong } from './mishaps.ts';
import { openPrivateSite, whyNoPrivateSite, type PrivateSite } from './private-site.ts';
import { createSavedKills, notesOf } from './saved-kills.ts';
import { openSiteApp, type SiteApp } from './site-app.ts';

const TIMEOUT_MS = 120_000;
const YEAR_MS = 365 * 86_400_000;
/** A soak writes fifty, and kills two hundred times. */
const ENTRIES = 5;
const KILLS = 2;
const FLAPS = 2;
const BLOCKS_PER_FLAP = 10;
const PHOTO = join(import.meta.dirname, '../../agent/tablet/public/icon-512.png');

const absent = whyNoPrivateSite();

const predictions = (of: SiteApp) => of.page.locator('.card .risk-number').first().waitFor();
const dispute = (of: SiteApp) => of.page.getByRole('region', { name: 'Two people said different things' });

async function runs(of: SiteApp, wanted: string): Promise<void> {
  await of.go('#/model', 'Model');
  await of.page.getByText(`version ${wanted}`).waitFor();
}

describe.skipIf(absent !== undefined)(
  `a tablet and a fleet server, each by its name, over TLS of a private authority${absent === undefined ? '' : ` (skipped: ${absent})`}`,
  { timeout: TIMEOUT_MS },
  () => {
    const faults: { alterBlock?: (bytes: Uint8Array) => Uint8Array } = {};
    let site: PrivateSite;
    let app: SiteApp;
    let stranger: Chromium;
    let version: string;
    /** Of few bytes, and newer than any other. */
    let small: string;

    beforeAll(async () => {
      // Knows the names, and not the authority.
      const starting = startChromium({ namesHere: '*.plumbline.example' });
      site = await openPrivateSite(['tablet', 'second'], {
        alterBlock: (bytes) => faults.alterBlock?.(bytes) ?? bytes,
      });
      stranger = required(await starting);
      version = await site.fleet.publish(crewModel('delay'));
    }, TIMEOUT_MS);
    afterAll(async () => {
      await stranger.remove();
      await site[Symbol.asyncDispose]();
    });

    it('is not opened by a browser whose store lacks the authority', async () => {
      const page = await stranger.newPage();
      await expect(page.goto(site.originOf('tablet'))).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
      await page.close();
    });

    it('connects by a code, runs its first model, and can be installed', async () => {
      app = await openSiteApp(site, 'tablet');
      await app.enrol(await site.fleet.code('tablet-1'));
      await site.fleet.assign('tablet-1', 'delay', version);
      await predictions(app);
      const devtools = await app.page.context().newCDPSession(app.page);
      await app.page.evaluate('navigator.serviceWorker.ready');
      expect(await devtools.send('Page.getInstallabilityErrors')).toEqual({ installabilityErrors: [] });
      const { url, errors } = await devtools.send('Page.getAppManifest');
      expect({ url, errors }).toEqual({ url: `${site.originOf('tablet')}/manifest.webmanifest`, errors: [] });
    });

    it('predicts, tries out and records without any server, and hands every entry over once after a kill', async () => {
      await site.fleet.stop();
      await app.page.context().setOffline(true);
      await app.page.reload();
      await predictions(app);
      await app.strip('No connection');
      await app.go('#/activity/slab-2', 'Pour slab-2');
      await app.page.getByRole('button', { name: 'Crew size: More' }).click();
      await app.tap('Calculate');
      await app.page.getByText(/points lower/).waitFor();
      const written = Array.from({ length: ENTRIES }, (_, n) => `offline ${n}`);
      for (const text of written) await app.note(text);

      await site.chromium.kill();
      app = await openSiteApp(site, 'tablet', { isOnline: false });
      await predictions(app);
      await app.strip(`${ENTRIES} entries waiting`);
      expect(await app.unsentNotes()).toEqual(written);

      await site.fleet.start();
      await app.page.context().setOffline(false);
      await app.strip('Everything is sent');
      expect(await notesOf(site)).toEqual(written);
      const { refs } = await readBooks(site.fleet.server.fleet.database);
      expect([...refs.values()]).toEqual(written.map(() => 1));
      await app.close();
    });

    it(`keeps what it showed as saved through ${KILLS} kills within 100 ms of Save, and sends it once`, async () => {
      const kills = createSavedKills(site, 'tablet', createSeededRandom(7));
      await kills.lives(KILLS);
      const sums = await kills.close();
      console.log(JSON.stringify(sums));
      expect(sums).toMatchObject({ kills: KILLS, lost: 0, doubled: 0, asked: 0 });
      expect(sums.delivered).toBeGreaterThanOrEqual(sums.shown);
    });

    it('takes a larger model while its link comes and goes, and answers with the old one meanwhile', async () => {
      app = await openSiteApp(site, 'tablet');
      await predictions(app);
      const { fleet } = site;
      const before = fleet.blocks.length;
      let flaps = 0;
      let flapping: Promise<void> | undefined;
      // Whenever some more have come the broker is gone for everybody, and back when the page has said so.
      faults.alterBlock = (bytes) => {
        if (flaps < FLAPS && fleet.blocks.length - before > (flaps + 1) * BLOCKS_PER_FLAP) {
          flaps += 1;
          flapping = fleet.cut();
        }
        return bytes;
      };
      const next = await fleet.publish(bulkyCrewModel('delay', 2_000_000, createSeededRandom(3)));
      await fleet.assign('tablet-1', 'delay', next);
      for (let flap = 1; flap <= FLAPS; flap += 1) {
        await eventually(`the link broke ${flap} times`, () => flaps === flap);
        await flapping;
        await predictions(app);
        await fleet.restore();
        await app.lookForNews();
        await app.go('#/', 'Today');
      }
      await runs(app, next);
      delete faults.alterBlock;
      version = next;
      const served = fleet.blocks.slice(before);
      const twice = served.length - new Set(served).size;
      console.log(`${served.length} blocks served over ${FLAPS} interruptions, ${twice} of them twice`);
      // What was in flight when the link broke may be asked for again; nothing else is.
      expect(twice).toBeLessThanOrEqual(FLAPS * 8);
    });

    it('refuses a model whose bytes were altered on the way, and goes on with the one it has', async () => {
      faults.alterBlock = (bytes) => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
      const next = await site.fleet.publish(crewModel('delay'));
      small = next;
      await site.fleet.assign('tablet-1', 'delay', next);
      await eventually('the server knows that it was refused', async () => {
        const { report } = await site.fleet.view('tablet-1');
        return report?.models.some(({ state, running }) => state === 'refused' && running?.version === version);
      });
      delete faults.alterBlock;
      await runs(app, version);
      expect(await app.page.getByText(`version ${next}`).count()).toBe(0);
      await app.go('#/', 'Today');
      await predictions(app);
    });

    it('sends a photo whole', async () => {
      await app.go('#/activity/slab-1', 'Pour slab-1');
      await app.tap('Note, photo');
      await app.page.locator('dialog input[type=file]').setInputFiles(PHOTO);
      await app.page.getByAltText('The photo').waitFor();
      await app.save();
      await app.saved();
      await app.strip('Everything is sent');
      const { fleet } = site;
      const note = await eventually('the note is there', async () => {
        const { entries } = await fleet.client.get<{ entries: PhotoEntry[] }>('/api/v1/sites/north/log?limit=2000');
        return entries.find(({ value }) => value.photo !== undefined)?.value.photo;
      });
      const bytes = await eventually('its photo, too', () =>
        fleet.client.bytes(`/api/v1/sites/north/photos/${note.sha256}`),
      );
      expect(bytes).toHaveLength(note.sizeBytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(note.sha256);
    });

    it('shows on two tablets that two people said different things, until one settles it', async () => {
      const other = await openSiteApp(site, 'second');
      await other.enrol(await site.fleet.code('tablet-2'));
      await app.go('#/activity/slab-3', 'Pour slab-3');
      await other.go('#/activity/slab-3', 'Pour slab-3');
      // Both have seen the same and know nothing of each other.
      await site.fleet.cut();
      await app.progress('25%');
      await other.progress('75%');
      await site.fleet.restore();
      for (const one of [app, other]) {
        await one.lookForNews();
        await one.strip('Everything is sent');
      }
      for (const one of [app, other]) {
        await one.lookForNews();
        await one.go('#/activity/slab-3', 'Pour slab-3');
        await dispute(one).getByText('75% done').waitFor();
        await keepScreen(one.page, 'two-tablets');
      }
      await app.page.bringToFront();
      await dispute(app).getByRole('listitem').filter({ hasText: '75% done' }).getByRole('button').click();
      await dispute(app).waitFor({ state: 'detached' });
      await app.strip('Everything is sent');
      await other.lookForNews();
      await other.go('#/activity/slab-3', 'Pour slab-3');
      await dispute(other).waitFor({ state: 'detached' });
      expect(await other.page.locator('.facts').innerText()).toContain('75%');
      await other.close();
      await app.close();
    });

    it('says in words that its clock is years behind, and that a stored entry is damaged, and goes on', async () => {
      app = await openSiteApp(site, 'tablet', { isOnline: false });
      await predictions(app);
      await damageOneEntry(app.page, 'slab-1');
      await app.close();
      app = await openSiteApp(site, 'tablet', { isOnline: false, before: (one) => setClockWrong(one, -3 * YEAR_MS) });
      await predictions(app);
      await app.go('#/tablet', 'Tablet');
      await app.page.getByText('The clock of this tablet seems wrong').waitFor();
      await app.page.getByText('Something stored on this tablet was damaged').waitFor();
      expect(await app.page.getByText('Something went wrong:').allTextContents()).toEqual([]);
      await keepScreen(app.page, 'clock-wrong');
      await app.close();
    });

    it('asks for a new code when the browser threw its storage away, and is a tablet again with it', async () => {
      app = await openSiteApp(site, 'tablet');
      await predictions(app);
      const devtools = await app.page.context().newCDPSession(app.page);
      const origin = site.originOf('tablet');
      await app.page.goto('about:blank');
      await devtools.send('Storage.clearDataForOrigin', {
        origin,
        storageTypes: 'indexeddb,file_systems,service_workers,cache_storage',
      });
      await app.page.goto(origin);
      await app.page.getByText('the browser has thrown its storage away').waitFor();
      await keepScreen(app.page, 'storage-lost');
      await app.enrol(await site.fleet.code('tablet-3'));
      await site.fleet.assign('tablet-3', 'delay', small);
      await predictions(app);
      expect((await site.fleet.view('tablet-3')).site).toBe('north');
      await app.close();
    });
  },
);

interface PhotoEntry {
  value: { photo?: { sha256: string; sizeBytes: number } };
}
