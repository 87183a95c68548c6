import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../fleet-server/src/supply/onnx/export/random-models.ts';
import { createFleet, eventually, forestModel, readBooks, type TestFleet } from '../../harness/index.ts';
import { findChromium, startChromium, type Chromium } from '../../harness/services/chromium.ts';
import { required, skipReason } from '../../harness/services/index.ts';
import { serveFiles, type ServedFiles } from '../serve-files.ts';
import { buildApp } from './build-app.ts';
import { openTablet, startAgent, type Phase, type Tablet } from './tablet.ts';

const absent = skipReason(findChromium());
const ROWS = 1000;

interface Said {
  score: number;
  reasons: { feature: string }[];
}

const isConnected = ({ view }: Phase) => view?.connected === true;
const knows = ({ view }: Phase, activity: string) => view?.activities.some((one) => one.activity === activity) === true;
const runs = ({ view }: Phase) => view?.lines.some(({ running }) => running !== undefined) === true;
const outcome = (n: number) => ({
  activity: `pour ${n}`,
  actor: 'ada',
  field: 'outcome',
  value: { label: n % 2 },
  ref: `entry-${n}`,
});

describe.skipIf(absent !== undefined)(
  `a tablet in Chromium and a fleet server${absent === undefined ? '' : ` (skipped: ${absent})`}`,
  () => {
    const world = new AsyncDisposableStack();
    const faults: { alterBlock?: (bytes: Uint8Array) => Uint8Array } = {};
    const origins: ServedFiles[] = [];
    let chromium: Chromium;
    let fleet: TestFleet;
    let version: string;
    let taken = 0;
    let isCut = false;
    const cut = async () => {
      await fleet.cut();
      isCut = true;
    };
    const restore = async () => {
      isCut = false;
      await fleet.restore();
    };

    /** A tab of an origin nobody has used: a browser that is new to the app. */
    const fresh = async () => {
      const origin = origins[(taken += 1) - 1];
      if (origin === undefined) throw new Error('one more origin is needed');
      return { url: origin.url, tablet: await openTablet(chromium, origin.url) };
    };
    const enrol = async (tablet: Tablet, name: string) => {
      await tablet.shows('waits for a code', ({ phase }) => phase === 'not-enrolled');
      expect(await tablet.call('enrol', await fleet.code(name))).toEqual({ site: 'north', device: name });
      await tablet.shows('is connected', isConnected);
    };

    beforeAll(async () => {
      chromium = required(await startChromium({ anyCertificate: true }));
      world.defer(() => chromium.remove());
      const files = await buildApp();
      for (let i = 0; i < 6; i += 1) origins.push(world.use(await serveFiles(files)));
      fleet = world.use(
        await createFleet({
          faults: { alterBlock: (bytes) => faults.alterBlock?.(bytes) ?? bytes },
          environment: { PLUMBLINE_TABLET_ORIGINS: origins.map(({ url }) => url).join() },
        }),
      );
      version = await fleet.publish(forestModel('delay'));
    }, 120_000);
    afterEach(async () => {
      delete faults.alterBlock;
      if (isCut) await restore();
    });
    afterAll(() => world.disposeAsync());

    it('answers offline what a gateway answers: 1,000 records, reasons in the same order', async () => {
      const { tablet } = await fresh();
      expect(await tablet.page.evaluate('door.capabilitiesOf()')).toEqual({ missing: [] });
      await enrol(tablet, 'tablet-1');
      await fleet.assign('tablet-1', 'delay', version);
      const gateway = await fleet.add('gateway-1');
      await fleet.assign('gateway-1', 'delay', version);
      await tablet.shows('runs the model', runs);
      await gateway.reaches('proving', 'delay');

      await cut();
      // A page that is reloaded is no crash: three of those would speak against the model that is being proved.
      for (let reload = 1; reload <= 4; reload += 1) {
        await tablet.page.reload();
        await startAgent(tablet.page);
        const offline = await tablet.shows('runs the model again', runs);
        expect(offline.view).toMatchObject({ connected: false, lines: [{ state: 'proving' }] });
      }

      const random = createRandom(11);
      const rows = Array.from({ length: ROWS }, () => ({ a: random() * 4 - 2, b: random() * 4 - 2 }));
      const said = (await tablet.page.evaluate((all) => {
        const { agent } = globalThis as unknown as {
          agent: { whatIf(of: string, values: object): Promise<unknown[]> };
        };
        return Promise.all(all.map(async (values) => (await agent.whatIf('pour slab', values))[0]));
      }, rows)) as Said[];
      const records = rows.map((values) => ({ values, asOf: 0 }));
      const wanted = (await gateway.agent.predict(records, { reasons: true })) as Said[];
      const apart = said.map(({ score }, i) => Math.abs(score - (wanted[i]?.score ?? Infinity)));
      expect(Math.max(...apart)).toBeLessThanOrEqual(1e-4);
      const order = ({ reasons }: Said) => reasons.map(({ feature }) => feature);
      expect(said.map(order)).toEqual(wanted.map(order));
      expect(new Set(said.map((one) => order(one)[0])).size).toBeGreaterThan(1);
      await restore();
      await tablet.close();
    });

    it('keeps what a person recorded when the browser is killed the moment it was said to be kept', async () => {
      const { tablet, url } = await fresh();
      await enrol(tablet, 'tablet-2');
      await cut();
      await tablet.shows('is offline', (phase) => !isConnected(phase));
      for (let n = 0; n < 20; n += 1) await tablet.call('record', outcome(n));
      await chromium.kill();

      const later = await openTablet(chromium, url);
      const { view } = await later.shows('runs', ({ phase }) => phase === 'running');
      expect(view?.unsent).toMatchObject({ entries: 20, photos: 0 });
      expect(view?.activities).toHaveLength(20);
      const lines = (await later.call<string>('exportUnsent')).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line)).map(({ ref }) => ref)).toEqual(
        Array.from({ length: 20 }, (_, n) => `entry-${n}`),
      );
      await restore();
      await later.shows('has handed everything over', (phase) => phase.view?.unsent.entries === 0);
      const { refs } = await readBooks(fleet.server.fleet.database);
      expect(lines.map((_, n) => refs.get(`entry-${n}`))).toEqual(lines.map(() => 1));
      await later.close();
    });

    it('runs no model whose bytes were altered on the way, and runs it once they come whole', async () => {
      const { tablet } = await fresh();
      await enrol(tablet, 'tablet-3');
      let altered = 0;
      faults.alterBlock = (bytes) => {
        altered += 1;
        const copy = bytes.slice();
        copy[0] = (copy[0] ?? 0) ^ 1;
        return copy;
      };
      await fleet.assign('tablet-3', 'delay', version);
      await eventually('blocks came altered', () => altered > 1);
      const refused = await tablet.shows('refuses it', ({ view }) => view?.lines[0]?.state === 'refused');
      expect(refused.view?.lines[0]?.running).toBeUndefined();

      delete faults.alterBlock;
      const next = await fleet.publish(forestModel('delay', 5));
      await fleet.assign('tablet-3', 'delay', next);
      const whole = await tablet.shows('runs the next one', runs);
      expect(whole.view?.lines[0]?.running?.version).toBe(next);
      await tablet.close();
    });

    it('says that its storage was lost, takes a new code, and runs no half of the old model', async () => {
      const { tablet, url } = await fresh();
      await enrol(tablet, 'tablet-4');
      await fleet.assign('tablet-4', 'delay', version);
      await tablet.shows('runs the model', runs);
      const clear = async (storageTypes: string) => {
        await tablet.page.goto('about:blank');
        const devtools = await tablet.page.context().newCDPSession(tablet.page);
        await devtools.send('Storage.clearDataForOrigin', { origin: url, storageTypes });
        await tablet.page.goto(url);
        await startAgent(tablet.page);
      };

      // Model bytes alone: the slot is damaged, and fetched again.
      await clear('file_systems');
      await tablet.shows('runs what it fetched again', runs);

      // The database alone: nobody knows whose bytes lie there.
      await clear('indexeddb');
      const lost = await tablet.shows('has no name', ({ phase }) => phase === 'not-enrolled');
      expect(lost.because).toBe('storage_lost');
      await enrol(tablet, 'tablet-5');
      expect((await tablet.phase()).view?.lines).toEqual([]);
      await fleet.assign('tablet-5', 'delay', version);
      await tablet.shows('runs the model', runs);
      await tablet.close();
    });

    it('leaves its fleet with nothing of it left, and is a new tablet after that', async () => {
      const { tablet, url } = await fresh();
      await enrol(tablet, 'tablet-7');
      await tablet.call('record', { ...outcome(300), ref: 'last-word' });
      await fleet.client.post('/api/v1/devices/tablet-7/retire', { reason: 'broken glass' });
      const left = await tablet.shows('has left', ({ phase }) => phase === 'not-enrolled');
      expect(left.because).toBe('retired');
      expect((await readBooks(fleet.server.fleet.database)).refs.get('last-word')).toBe(1);
      expect(await tablet.page.evaluate('door.readStoredView()')).toBeUndefined();
      await tablet.page.goto(url);
      await startAgent(tablet.page);
      const anew = await tablet.shows('waits for a code', ({ phase }) => phase === 'not-enrolled');
      expect(anew.because).toBe('never');
      await enrol(tablet, 'tablet-8');
      await tablet.close();
    });

    it('of an origin that the server was not told of neither enrols nor connects', async () => {
      await using stranger = await serveFiles(await buildApp());
      const tablet = await openTablet(chromium, stranger.url);
      await tablet.shows('waits for a code', ({ phase }) => phase === 'not-enrolled');
      const code = await fleet.code('tablet-9');
      await expect(tablet.call('enrol', code)).rejects.toThrow('enrolment_unreachable');
      const socket = fleet.server.fleet.webSocketUrl;
      const opened = tablet.page.evaluate(
        (to) =>
          new Promise((resolve) => {
            const asked = new WebSocket(to, ['mqtt']);
            asked.addEventListener('open', () => resolve('opened'));
            asked.addEventListener('error', () => resolve('refused'));
          }),
        socket,
      );
      expect(await opened).toBe('refused');
      await tablet.close();
    });

    it('is one agent in two tabs: the second hands over, takes over, and nothing is recorded twice', async () => {
      const { tablet, url } = await fresh();
      await enrol(tablet, 'tablet-6');
      const second = await openTablet(chromium, url);
      const following = await second.shows('follows', ({ phase, view }) => phase === 'following' && view !== undefined);
      expect(following.view?.device).toBe('tablet-6');
      await second.call('record', { ...outcome(100), ref: 'by-follower' });
      await tablet.shows('shows what the other recorded', (phase) => knows(phase, 'pour 100'));

      const entries = Array.from({ length: 30 }, (_, n) => ({ ...outcome(200 + n), ref: `handover-${n}` }));
      const recorded = second.page.evaluate(async (all) => {
        const { agent } = globalThis as unknown as { agent: { record(entry: object): Promise<unknown> } };
        return (await Promise.allSettled(all.map((one) => agent.record(one)))).map(({ status }) => status);
      }, entries);
      await tablet.close();
      expect(await recorded).toEqual(entries.map(() => 'fulfilled'));
      const knowsAll = (phase: Phase) => entries.every(({ activity }) => knows(phase, activity));
      const leading = await second.shows('runs the agent', (phase) => phase.phase === 'running' && knowsAll(phase));
      expect(leading.view?.device).toBe('tablet-6');
      await second.shows(
        'has handed everything over',
        (phase) => isConnected(phase) && phase.view?.unsent.entries === 0,
      );
      const { refs } = await readBooks(fleet.server.fleet.database);
      expect(['by-follower', ...entries.map(({ ref }) => ref)].map((ref) => refs.get(ref))).toEqual(
        Array.from({ length: 31 }, () => 1),
      );
      await second.close();
    });
  },
);
