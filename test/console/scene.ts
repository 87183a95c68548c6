import type { Locator, Page } from 'playwright-core';
import { buildConsole } from '../../fleet-server/console/build.ts';
import { createFleet, type FleetOptions, type TestFleet } from '../harness/index.ts';
import { startChromium, type Chromium } from '../harness/services/chromium.ts';
import { required } from '../harness/services/index.ts';
import { PASSWORD, setUp, signIn } from './sign-in.ts';

/** Long, because a busy machine is slow and not wrong. */
export const SEEN_MS = 20_000;
export const SCENE_TIMEOUT_MS = 240_000;

/** A server with its console in a browser, and ana, its admin, signed in. */
export interface Scene extends AsyncDisposable {
  fleet: TestFleet;
  chromium: Chromium;
  page: Page;
  /** What went wrong in any page. */
  errors: string[];
  open(path: string, heading: string): Promise<void>;
  /** A user of this role on these sites, with the password of all. */
  addUser(name: string, role: string, sites?: 'all' | string[]): Promise<void>;
  /** What follows is done by another person in the same browser; then ana is back. */
  as<T>(name: string, does: () => Promise<T>): Promise<T>;
}

export async function openScene(options: FleetOptions = {}): Promise<Scene> {
  await buildConsole();
  const fleet = await createFleet({
    ...options,
    environment: { PLUMBLINE_TLS_NAMES: '127.0.0.1', ...options.environment },
  });
  const chromium = required(await startChromium({ anyCertificate: true }));
  const page = await chromium.newPage();
  const errors: string[] = [];
  page.setDefaultTimeout(SEEN_MS);
  page.on('pageerror', (error) => errors.push(String(error)));
  await setUp(page, fleet.server);
  return {
    fleet,
    chromium,
    page,
    errors,
    async open(path, heading) {
      await page.goto(`${fleet.server.url}${path}`);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    },
    async addUser(name, role, sites = 'all') {
      const assignments = [{ role, sites }];
      const { code } = await fleet.client.post<{ code: string }>('/api/v1/users', { name, assignments });
      await fleet.client.post('/api/v1/setup', { code, name, password: PASSWORD });
    },
    async as(name, does) {
      const cookies = await page.context().cookies();
      await page.context().clearCookies();
      await signIn(page, fleet.server.url, name);
      try {
        return await does();
      } finally {
        await page.context().clearCookies();
        await page.context().addCookies(cookies);
      }
    },
    async [Symbol.asyncDispose]() {
      await chromium.remove();
      await fleet[Symbol.asyncDispose]();
    },
  };
}

/** Waits for it; an assertion that reads like one. */
export async function seen(what: Locator, state: 'visible' | 'detached' = 'visible'): Promise<boolean> {
  await what.waitFor({ state });
  return true;
}
