import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessTrial } from '@plumbline/agent/node';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildConsole } from '../../fleet-server/console/build.ts';
import { createClient, type Client } from '../../fleet-server/src/entry/approver/index.ts';
import { readAddress } from '../../fleet-server/src/state-folder.ts';
import { compile, createOperator, enrol, startProgram, tinyModel, type Program } from '../harness/index.ts';
import { findChromium, startChromium, type Chromium } from '../harness/services/chromium.ts';
import { freePort } from '../harness/services/child.ts';
import { required, skipReason } from '../harness/services/index.ts';
import { SCENE_TIMEOUT_MS, seen, SEEN_MS } from './scene.ts';
import { setUp } from './sign-in.ts';

const LOST = /The server has not answered since .*\d\d:\d\d/;
const absent = skipReason(findChromium());

describe.skipIf(absent !== undefined)(
  `pages over a server that is killed${absent === undefined ? '' : ` (skipped: ${absent})`}`,
  { timeout: SCENE_TIMEOUT_MS },
  () => {
    let folder: string;
    let server: Program;
    let chromium: Chromium;
    let client: Client;
    let url: string;
    let start: () => Promise<Program>;
    const errors: string[] = [];
    const pages: Record<'devices' | 'board' | 'overview' | 'wizard', Page> = {} as typeof pages;

    beforeAll(async () => {
      await buildConsole();
      folder = await mkdtemp(join(tmpdir(), 'plumbline-console-killed-'));
      const state = join(folder, 'server');
      await compile('plumbline');
      const [http, mqtt] = [await freePort(), await freePort()].map(String);
      const args = ['--json', '--state', state, 'server', '--development', '--http-port', http!, '--mqtt-port', mqtt!];
      start = () => startProgram('plumbline', args);
      server = await start();
      const at = await readAddress(state);
      client = createClient(at);
      url = at.url;
      chromium = required(await startChromium({ anyCertificate: true }));
      const first = await chromium.newPage();
      await setUp(first, { fleet: { publicUrl: at.url, operatorToken: at.operatorToken }, caPem: at.caPem });
      const trial = createProcessTrial();
      const operator = createOperator(client, state, trial);
      for (const name of ['gateway-1', 'gateway-2']) await enrol(join(folder, name), await operator.code(name));
      const version = await operator.publish(tinyModel('delay', 0));
      await trial.close();
      const stages = [{ name: 'everybody', size: { percent: 100 } }];
      const { id } = await client.post<{ id: string }>('/api/v1/rollouts', { line: 'delay', version, stages });
      await client.post(`/api/v1/rollouts/${id}/start`, {});
      for (const [name, path, heading] of [
        ['devices', '/devices', 'Devices'],
        ['board', `/rollouts/${id}`, `delay@${version}`],
        ['wizard', `/rollouts/new?line=delay&version=${version}&step=plan`, 'New rollout'],
        ['overview', '/', 'Overview'],
      ] as const) {
        const page = name === 'overview' ? first : await chromium.newPage();
        page.setDefaultTimeout(SEEN_MS);
        page.on('pageerror', (error) => errors.push(String(error)));
        await page.goto(`${url}${path}`);
        await page.getByRole('heading', { level: 1, name: heading }).waitFor();
        await page.getByText('live', { exact: true }).waitFor();
        // Gone with the first load of the page that nobody asked for.
        await page.evaluate(() => Object.assign(globalThis, { sameLoad: true }));
        pages[name] = page;
      }
    }, SCENE_TIMEOUT_MS);
    afterAll(async () => {
      await chromium?.remove();
      await server?.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    });

    const each = async (does: (page: Page, name: string) => Promise<void>) => {
      for (const [name, page] of Object.entries(pages)) await does(page, name);
    };
    /** What each page is there for. */
    const shown = async () => {
      const { devices, board, overview, wizard } = pages;
      expect(await seen(devices.getByRole('row', { name: /gateway-2/ }))).toBe(true);
      expect(await devices.getByRole('row', { name: /gateway-1/ }).count()).toBe(0);
      expect(await devices.getByLabel('Search').inputValue()).toBe('gateway-2');
      expect(new URL(devices.url()).searchParams.get('q')).toBe('gateway-2');
      expect(await seen(board.getByText('everybody').first())).toBe(true);
      expect(await seen(overview.getByRole('main').getByText('Predictions today'))).toBe(true);
      expect(await wizard.getByRole('textbox', { name: 'Name' }).first().inputValue()).toContain('half a plan');
    };

    it('show what they showed before, and say since when it has not answered', async () => {
      await pages.devices.getByLabel('Search').fill('gateway-2');
      await pages.devices.waitForURL(/q=gateway-2/);
      await pages.devices.getByRole('row', { name: /gateway-1/ }).waitFor({ state: 'detached' });
      await pages.wizard.getByRole('radio', { name: 'By a plan of its own' }).check();
      await pages.wizard.getByRole('textbox', { name: 'Name' }).first().fill('half a plan');
      await shown();
      await server.end('SIGKILL');
      await each(async (page) => {
        expect(await seen(page.getByText(LOST))).toBe(true);
        expect(await seen(page.getByText('reconnecting', { exact: true }))).toBe(true);
      });
      await shown();
      // Who types on while nobody answers.
      await pages.wizard.getByRole('textbox', { name: 'Name' }).first().fill('half a plan, and more of it');
      if (process.env['PLUMBLINE_SCREENS'] !== undefined) {
        await each((page, name) =>
          page.screenshot({ path: join(process.env['PLUMBLINE_SCREENS']!, `lost-${name}.png`) }).then(() => undefined),
        );
      }
    });

    it('go on by themselves when it is back: nothing is loaded anew, nothing that was typed is lost', async () => {
      server = await start();
      await each(async (page) => {
        expect(await seen(page.getByText(LOST), 'detached')).toBe(true);
        expect(await seen(page.getByText('live', { exact: true }))).toBe(true);
      });
      await shown();
      expect(await pages.wizard.getByRole('textbox', { name: 'Name' }).first().inputValue()).toMatch(/more of it$/);
      // And they hear of what happens now.
      await client.post('/api/v1/freeze', { reason: 'after the kill' });
      await each(async (page) => {
        expect(await seen(page.getByText('The fleet is frozen'))).toBe(true);
        expect(await page.evaluate(() => 'sameLoad' in globalThis)).toBe(true);
      });
      expect(errors).toEqual([]);
    });
  },
);
