import type { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { fromBase64, publicKey as publicKeySchema, toBase64, type PublicKey } from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerApprover } from '../../fleet-server/src/supply/keys/index.ts';
import { importRepository } from '../../fleet-server/src/supply/repository/index.ts';
import { startProvider, type TestProvider } from '../attacks/identity-provider.ts';
import { tinyModel } from '../harness/index.ts';
import { findChromium } from '../harness/services/chromium.ts';
import { skipReason } from '../harness/services/index.ts';
import { seriousFindings } from './axe.ts';
import { keepPicture } from './pictures.ts';
import { openScene, SCENE_TIMEOUT_MS, seen, type Scene } from './scene.ts';

const absent = skipReason(findChromium());

describe.skipIf(absent !== undefined)(
  `people who sign in and sign, in the console${absent === undefined ? '' : ` (skipped: ${absent})`}`,
  { timeout: SCENE_TIMEOUT_MS },
  () => {
    let provider: TestProvider;
    let scene: Scene;

    beforeAll(async () => {
      provider = await startProvider();
      scene = await openScene({
        environment: {
          PLUMBLINE_OIDC_ISSUER: provider.issuer,
          PLUMBLINE_OIDC_CLIENT_ID: provider.clientId,
          PLUMBLINE_OIDC_CLIENT_SECRET: provider.clientSecret,
          PLUMBLINE_OIDC_NAME: 'Site ID',
          PLUMBLINE_OIDC_ROLES: 'reviewers=approver',
        },
      });
      provider.serve(`${scene.fleet.server.url}/api/v1/session/identity/callback`);
      provider.people.set('4711', { preferred_username: 'bo', groups: ['reviewers'] });
      provider.people.set('4712', { preferred_username: 'cy', groups: [] });
    }, SCENE_TIMEOUT_MS);
    afterAll(async () => {
      await scene?.[Symbol.asyncDispose]();
      await provider?.[Symbol.asyncDispose]();
    });

    /** By the provider's own pages, in a browser that nobody is signed in with. */
    const comeBy = async (who: string, path = '/') => {
      const { page, fleet } = scene;
      await page.context().clearCookies();
      await page.goto(`${fleet.server.url}${path}`);
      await page.getByRole('link', { name: 'Sign in with Site ID' }).click();
      await page.locator('input[name=login]').fill(who);
      await page.locator('input[name=password]').fill('x');
      await page.getByRole('button', { name: 'Sign-in' }).click();
    };
    const look = async (name: string) => {
      for (const scheme of ['light', 'dark'] as const) {
        await scene.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await scene.page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
        expect(await seriousFindings(scene.page), `${name} in ${scheme}`).toEqual([]);
        await keepPicture(scene.page, name, scheme);
      }
    };
    const lineRow = () => scene.page.getByRole('row', { name: /^delay/ });

    it('whose groups have no role here is told so in words, and is not in', async () => {
      await comeBy('4712');
      await scene.page.getByRole('alert').getByText('none of your groups has a role here').waitFor();
      expect(await scene.page.getByRole('navigation', { name: 'Pages' }).count()).toBe(0);
      await look('entrance');
    });

    it('who is known at the provider lands on the page that was asked for', async () => {
      await comeBy('4711', '/settings');
      await scene.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
      expect(await seen(scene.page.getByText('user:bo', { exact: true }).first())).toBe(true);
    });

    let publicKey: PublicKey;
    it('makes an approver key that nobody can take out of the browser, and that approves nothing yet', async () => {
      const { page } = scene;
      await page.getByRole('button', { name: 'Make a key' }).click();
      await page.getByRole('dialog').getByLabel('Where it is').fill('bo’s laptop');
      await page.getByRole('dialog').getByRole('button', { name: 'Make it' }).click();
      await lineRow().getByText('not named yet').waitFor();
      await look('approver-key');
      const kept = await page.evaluate(takeKey);
      publicKey = publicKeySchema.parse(kept.publicKey);
      expect(kept).toMatchObject({
        extractable: false,
        usages: ['sign'],
        pkcs8: 'InvalidAccessError',
        jwk: 'InvalidAccessError',
      });
      const { keys } = await scene.fleet.client.get<{ keys: object[] }>('/api/v1/approver-keys');
      expect(keys).toMatchObject([{ user: 'bo', label: 'bo’s laptop', publicKey }]);
    });

    it('is named for a line by the offline keys alone, and sees it', async () => {
      const folder = join(scene.fleet.stateDir, 'keys');
      await registerApprover({ folder, nowMs: Date.now(), protect: false }, 'delay', publicKey);
      await importRepository(scene.fleet.server.fleet, 'user:operator', folder);
      await scene.page.reload();
      expect(await seen(lineRow().getByText('approves it'))).toBe(true);
    });

    const draftPath = async () => {
      const { approvals } = await scene.fleet.client.get<{ approvals: { document: number }[] }>('/api/v1/approvals');
      return `/approvals/delay/${approvals[0]!.document}`;
    };

    it('signs no draft and no bundle whose bytes were changed on the way, and says which', async () => {
      const { page, fleet } = scene;
      await fleet.publish(tinyModel('delay', 0));
      await fleet.submit(tinyModel('delay', 1));
      const path = await draftPath();
      await page.route(`**/api/v1${path}`, async (route) => {
        const response = await route.fetch();
        const body = (await response.json()) as { bytes: string };
        const text = new TextDecoder().decode(fromBase64(body.bytes)).replace(/"sha256":"../, '"sha256":"00');
        await route.fulfill({ response, json: { ...body, bytes: toBase64(new TextEncoder().encode(text)) } });
      });
      await scene.open(path, 'Approve delay');
      await page.getByText('no builder of this line has signed the draft').waitFor();
      await page.unroute(`**/api/v1${path}`);
      await page.route('**/api/v1/artifacts/*', async (route) => {
        const response = await route.fetch();
        const bytes = await response.body();
        bytes[bytes.length - 1]! ^= 1;
        await route.fulfill({ response, body: bytes });
      });
      await page.reload();
      await page.getByText('not the bytes that the draft names').waitFor();
      expect(await page.getByRole('button', { name: /^Sign delay/ }).count()).toBe(0);
      await page.unroute('**/api/v1/artifacts/*');
    });

    it('approves a release with it: what the bytes say, a question, a signature that a device accepts', async () => {
      const { page, fleet } = scene;
      const path = await draftPath();
      await scene.open(path, 'Approve delay');
      await page.getByRole('heading', { name: 'A release of delay@1.0.1' }).waitFor();
      await page.getByText('1.0.0 under counter').waitFor();
      await look('approval');
      await page.getByRole('button', { name: 'Sign delay@1.0.1' }).click();
      await page.getByRole('dialog').getByText('the way back to 1.0.0 is signed with it').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Sign it' }).click();
      await page.getByRole('status').getByText('delay@1.0.1 is approved').waitFor();
      const version = await fleet.client.get<{ state: string }>('/api/v1/models/delay/1.0.1');
      expect(version.state).toBe('published');
      const { rows } = await fleet.client.get<{ rows: { action: string; actor: string }[] }>(
        '/api/v1/audit?subject=model:delay@1.0.1',
      );
      expect(rows.find(({ action }) => action === 'models.approve')?.actor).toBe('user:bo');
      await fleet.add('gateway-1');
      await fleet.assign('gateway-1', 'delay', '1.0.1');
      await fleet.devices[0]!.reaches('proving', 'delay', '1.0.1');
    });

    it('signs nothing of their own', async () => {
      const { page } = scene;
      await scene.addUser('dee', 'approver');
      const model = tinyModel('delay', 2);
      await scene.as('dee', async () => {
        const status = await page.evaluate(submitHere, { mapping: model.mapping, model: toBase64(model.bytes) });
        expect(status).toBe(200);
        await scene.open(await draftPath(), 'Approve delay');
        await page.getByText('You submitted this version. Another person approves it.').waitFor();
        expect(await page.getByRole('button', { name: /^Sign delay/ }).count()).toBe(0);
      });
    });

    it('never failed to show a page', () => {
      expect(scene.errors).toEqual([]);
    });
  },
);

interface Asked<T> {
  result: T;
  addEventListener(type: 'success', listener: () => void): void;
}
/** Of the browser: tests have no types of it. */
declare const indexedDB: {
  open(name: string): Asked<{
    transaction(store: string): { objectStore(store: string): { get(key: string): Asked<unknown> } };
    close(): void;
  }>;
};

/** In the page: what a script that is ours gets of the private key. */
async function takeKey() {
  const opening = indexedDB.open('plumbline-approver');
  await new Promise<void>((done) => opening.addEventListener('success', done));
  const database = opening.result;
  const reading = database.transaction('keys').objectStore('keys').get('bo');
  await new Promise<void>((done) => reading.addEventListener('success', done));
  const { pair, publicKey } = reading.result as { pair: webcrypto.CryptoKeyPair; publicKey: unknown };
  database.close();
  const refusalOf = (format: 'pkcs8' | 'jwk') =>
    crypto.subtle.exportKey(format as 'jwk', pair.privateKey).then(
      () => 'exported',
      (error: Error) => error.name,
    );
  const { extractable, usages } = pair.privateKey;
  return { publicKey, extractable, usages, pkcs8: await refusalOf('pkcs8'), jwk: await refusalOf('jwk') };
}

/** In the page: as whoever is signed in. */
async function submitHere(body: object): Promise<number> {
  const { csrf } = (await (await fetch('/api/v1/session')).json()) as { csrf: string };
  const headers = { 'content-type': 'application/json', 'x-plumbline-csrf': csrf };
  return (await fetch('/api/v1/models', { method: 'POST', headers, body: JSON.stringify(body) })).status;
}
