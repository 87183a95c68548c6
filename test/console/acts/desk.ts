import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { seriousFindings } from '../axe.ts';
import { seen, type Scene } from '../scene.ts';

export const DESK = { width: 1280, height: 800 };
const TABLET = { width: 820, height: 1180 };

/** What a person does at a page, and what the API says of it afterwards. */
export interface Desk {
  scene(): Scene;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  dialog(): Locator;
  press(name: string | RegExp): Promise<void>;
  /** Presses the verb of a dialog, which is granted: it goes away. */
  send(verb: string): Promise<void>;
  /** Presses the verb of a dialog, which is refused: it stays, and says why. @returns what it says */
  sendInVain(verb: string, code: string): Promise<string>;
  /** Looks at what is open in light and dark: nobody is kept from using it. Keeps pictures for who looks. */
  look(name: string): Promise<void>;
  /** Keeps pictures alone. */
  keep(name: string): Promise<void>;
}

export function createDesk(scene: () => Scene): Desk {
  const dialog = () => scene().page.getByRole('dialog');
  const inLooks = async (name: string, does: () => Promise<void>) => {
    const { page } = scene();
    const folder = process.env['PLUMBLINE_SCREENS'];
    for (const [scheme, size] of [
      ['dark', TABLET],
      ['light', DESK],
    ] as const) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
      await does();
      if (folder !== undefined) await page.screenshot({ path: join(folder, `dialog-${name}-${scheme}.png`) });
    }
  };
  const desk: Desk = {
    scene,
    get: (path) => scene().fleet.client.get(`/api/v1${path}`),
    post: (path, body = {}) => scene().fleet.client.post(`/api/v1${path}`, body),
    dialog,
    press: (name) => scene().page.getByRole('button', { name, exact: true }).first().click(),
    async send(verb) {
      await dialog().getByRole('button', { name: verb, exact: true }).click();
      await dialog().waitFor({ state: 'detached' });
    },
    async sendInVain(verb, code) {
      await dialog().getByRole('button', { name: verb, exact: true }).click();
      const refusal = dialog().getByRole('alert');
      expect(await seen(refusal.getByText(code, { exact: true }))).toBe(true);
      await desk.keep(code);
      const said = await refusal.innerText();
      await scene().page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
      return said;
    },
    look: (name) =>
      inLooks(name, async () =>
        expect(await seriousFindings(scene().page, '[role=dialog]'), `${name}, open`).toEqual([]),
      ),
    async keep(name) {
      const folder = process.env['PLUMBLINE_SCREENS'];
      if (folder === undefined) return;
      await mkdir(folder, { recursive: true });
      await inLooks(name, async () => undefined);
    },
  };
  return desk;
}
