import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, readBooks } from '../harness/index.ts';
import { crewModel } from './app.ts';
import { openPrivateSite, whyNoPrivateSite, type PrivateSite } from './private-site.ts';
import { openSiteApp, type SiteApp } from './site-app.ts';

const absent = whyNoPrivateSite();
describe.skipIf(absent !== undefined)('proto', { timeout: 120_000 }, () => {
  let site: PrivateSite;
  let app: SiteApp;
  beforeAll(async () => {
    site = await openPrivateSite(['tablet', 'tablet-2']);
  }, 120_000);
  afterAll(() => site[Symbol.asyncDispose]());
  it('enrols', async () => {
    let t = performance.now();
    const lap = (what: string) => {
      console.log(what, (performance.now() - t).toFixed(0));
      t = performance.now();
    };
    const version = await site.fleet.publish(crewModel('delay'));
    lap('published');
    app = await openSiteApp(site, 'tablet');
    await app.page.getByRole('heading', { name: 'Connect this tablet' }).waitFor();
    const cdp = await app.page.context().newCDPSession(app.page);
    console.log(
      JSON.stringify(await cdp.send('Page.getInstallabilityErrors')),
      JSON.stringify(await cdp.send('Page.getAppManifest')).slice(0, 600),
    );
    await app.enrol(await site.fleet.code('tablet-1'));
    lap('enrolled');
    await site.fleet.assign('tablet-1', 'delay', version);
    await app.page.locator('.card .risk-number').first().waitFor();
    lap('first model');
    await app.page.evaluate('navigator.serviceWorker.ready');
    await site.fleet.stop();
    lap('stopped');
    await app.page.context().setOffline(true);
    await app.page.reload();
    await app.page.locator('.card .risk-number').first().waitFor();
    lap('offline paint');
    await app.strip('No connection');
    await app.go('#/activity/slab-2', 'Pour slab-2');
    lap('activity');
    for (let n = 0; n < 20; n += 1) await app.note(`entry ${n}`);
    lap('20 entries');
    await site.chromium.kill();
    lap('kill + launch');
    app = await openSiteApp(site, 'tablet', { isOnline: false });
    await app.strip(/20 entries waiting/);
    lap('there');
    const texts = await app.unsentNotes();
    expect(texts).toHaveLength(20);
    await site.fleet.start();
    await app.page.context().setOffline(false);
    lap('server started');
    await app.strip('Everything is sent');
    lap('sent');
    const { refs } = await readBooks(site.fleet.server.fleet.database);
    console.log(refs.size, [...refs.values()].filter((n) => n !== 1).length);
  });
});
