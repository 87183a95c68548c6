import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rollout } from '../../fleet-server/src/delivery/rollouts/index.ts';
import { devices as deviceTable, eq, sql, telemetry } from '../../fleet-server/src/platform/db/index.ts';
import { eventually, tinyModel, type TestFleet } from '../harness/index.ts';
import { findChromium } from '../harness/services/chromium.ts';
import { skipReason } from '../harness/services/index.ts';
import { seriousFindings } from './axe.ts';
import { keepPicture } from './pictures.ts';
import { openScene, SCENE_TIMEOUT_MS, seen, type Scene } from './scene.ts';
import { signIn } from './sign-in.ts';

/** Pages that are there before anything else is, with what they are headed. */
const PAGES: [path: string, heading: string][] = [
  ['/', 'Overview'],
  ['/devices', 'Devices'],
  ['/devices/enrol', 'Enrol'],
  ['/sites', 'Sites'],
  ['/models', 'Models'],
  ['/rollouts', 'Rollouts'],
  ['/rollouts/new', 'New rollout'],
  ['/drift', 'Drift and quality'],
  ['/data', 'Data and training'],
  ['/alerts', 'Alerts'],
  ['/audit', 'Audit'],
  ['/settings', 'Settings'],
];
const PATIENCE = { withinMs: 120_000, turnMs: 250 };
const absent = skipReason(findChromium());

describe.skipIf(absent !== undefined)(
  `the console${absent === undefined ? '' : ` (skipped: ${absent})`}`,
  { timeout: SCENE_TIMEOUT_MS },
  () => {
    let scene: Scene;
    let fleet: TestFleet;
    let page: Page;

    beforeAll(async () => {
      scene = await openScene();
      ({ fleet, page } = scene);
    }, SCENE_TIMEOUT_MS);
    afterAll(() => scene?.[Symbol.asyncDispose]());

    const open = (path: string, heading: string) => scene.open(path, heading);
    const figure = async (label: string) => {
      const card = page.locator('.mantine-Card-root', { has: page.getByText(label, { exact: true }) });
      return Number((await card.getByRole('link').first().innerText()).replaceAll(',', ''));
    };
    const shown = async () => ({
      devices: await figure('Devices'),
      predictions: await figure('Predictions today'),
      online: Number(/(\d+) online/.exec(await page.getByRole('main').innerText())?.[1] ?? 0),
    });
    const traffic = async () => {
      for (const device of fleet.devices) {
        if (device.line('delay')?.running) await device.agent.predict([{ values: { a: 1, b: 1 }, asOf: 0 }]);
      }
      await fleet.server.advance();
    };

    it('is set up by whoever runs the server, and shows an empty fleet what to do next', async () => {
      expect(await seen(page.getByRole('link', { name: 'Enrol the first device' }))).toBe(true);
      expect(page.url()).not.toContain('code=');
    });

    it('lets in nobody by a wrong password, and says no more than that', async () => {
      const stranger = await scene.chromium.newPage();
      await stranger.context().clearCookies();
      await stranger.goto(fleet.server.url);
      await stranger.getByLabel('Name').fill('ana');
      await stranger.locator('input[type=password]').fill('not the password at all');
      await stranger.getByRole('button', { name: 'Sign in' }).click();
      const refusal = stranger.getByRole('alert');
      expect(await seen(refusal)).toBe(true);
      expect(await refusal.innerText()).not.toMatch(/unknown|no such user/i);
      await stranger.close();
      await signIn(page, fleet.server.url, 'ana');
    });

    it('shows a device as there once its agent is, and as away soon after it died', async () => {
      await fleet.add('gateway-1', ['canary']);
      await fleet.add('gateway-2');
      await open('/devices', 'Devices');
      expect(await seen(page.getByRole('row', { name: /gateway-1.*online/ }))).toBe(true);
      await fleet.devices[1]!.stop();
      expect(await seen(page.getByRole('row', { name: /gateway-2.*offline/ }))).toBe(true);
      await fleet.devices[1]!.start();
      expect(await seen(page.getByRole('row', { name: /gateway-2.*online/ }))).toBe(true);
    });

    it('follows a rollout to its end as it happens', async () => {
      await fleet.publish(tinyModel('delay', 0));
      const stages = [
        { name: 'canary', size: { count: 1 } },
        { name: 'everybody', size: { percent: 100 } },
      ];
      const gates = { minimum: 1, proven: { atLeast: 1 }, failures: { atMost: 0 } };
      const settings = { proveRecords: 1, proveTimeoutMs: 60_000 };
      const plan = { line: 'delay', version: '1.0.0', stages, gates, settings, onFailure: 'revert', seed: 7 };
      const { id } = await fleet.client.post<{ id: string }>('/api/v1/rollouts', plan);
      await fleet.client.post(`/api/v1/rollouts/${id}/start`, {});
      await open(`/rollouts/${id}`, 'delay@1.0.0');
      await eventually(
        'the rollout is over',
        async () => {
          await traffic();
          const { state } = await fleet.client.get<Rollout>(`/api/v1/rollouts/${id}`);
          return state.status === 'completed';
        },
        PATIENCE,
      );
      expect(await seen(page.getByText('completed').first())).toBe(true);
    });

    it('has on its overview what the API says and what SQL counts, also when a device dies', async () => {
      const { db } = fleet.server.fleet.database;
      await open('/', 'Overview');
      const counted = async () => {
        const [all] = await db.select({ n: sql<number>`count(*)` }).from(deviceTable);
        const [said] = await db
          .select({ n: sql<number>`count(*)` })
          .from(telemetry)
          .where(eq(telemetry.kind, 'prediction'));
        const [there] = await db
          .select({ n: sql<number>`count(*)` })
          .from(deviceTable)
          .where(sql`${deviceTable.connection} is not null`);
        return { devices: Number(all!.n), predictions: Number(said!.n), online: Number(there!.n) };
      };
      const agrees = async () => JSON.stringify(await shown()) === JSON.stringify(await counted());
      await Promise.all(fleet.devices.map((device) => device.drains()));
      await eventually('the page agrees with SQL', agrees, PATIENCE);
      expect(await shown()).toMatchObject({ devices: 2, online: 2 });
      await fleet.devices[0]!.stop();
      await eventually('the page agrees with SQL again', agrees, PATIENCE);
      expect(await shown()).toMatchObject({ devices: 2, online: 1 });
      await fleet.devices[0]!.start();
    });

    it('outlives its server: an open page says that it waits, and shows the truth again when it is back', async () => {
      await open('/', 'Overview');
      const live = page.getByText('live', { exact: true });
      await live.waitFor();
      await fleet.restart();
      expect(await seen(live)).toBe(true);
      await Promise.all(fleet.devices.map((device) => device.connects()));
      expect(await seen(page.getByRole('main').getByText('2 online'))).toBe(true);
    });

    it('pulls the brake with a reason, tells it on every page, and shows words that are script as words', async () => {
      const reason = '<img src=x onerror="document.title=\'owned\'"> incident 7';
      await open('/', 'Overview');
      await page.getByRole('button', { name: 'Freeze the fleet' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Nothing new is given to any of 2 devices').waitFor();
      expect(await dialog.getByRole('button', { name: 'Freeze the fleet' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Reason').fill(reason);
      await dialog.getByRole('button', { name: 'Freeze the fleet' }).click();
      await open('/devices', 'Devices');
      await page.getByText('The fleet is frozen').waitFor();
      await page.getByText(reason).waitFor();
      expect(await page.title()).toBe('Devices · Plumbline');
      await page.getByRole('button', { name: 'Lift the freeze' }).click();
      await page.getByRole('dialog').getByLabel('Reason').fill('mended');
      await page.getByRole('dialog').getByRole('button', { name: 'Lift the freeze' }).click();
      await page.getByText('The fleet is frozen').waitFor({ state: 'detached' });
    });

    it('shows who only looks no act at all', async () => {
      await scene.addUser('vic', 'viewer');
      await scene.as('vic', async () => {
        await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
        expect(await page.getByRole('button', { name: 'Freeze the fleet' }).count()).toBe(0);
        await open('/devices/gateway-1', 'gateway-1');
        expect(await page.getByRole('button', { name: /Quarantine|Revoke|Retire/ }).count()).toBe(0);
      });
    });

    it.each(PAGES)('keeps nobody from using %s', async (path, heading) => {
      await open(path, heading);
      await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
        expect(await seriousFindings(page), `${path} in ${scheme}`).toEqual([]);
        await keepPicture(page, path.replaceAll('/', '-').replace(/^-$/, '-overview').slice(1), scheme);
      }
    });

    it('never failed to show a page', () => {
      expect(scene.errors).toEqual([]);
    });
  },
);
