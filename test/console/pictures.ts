import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const SIZES = [
  ['desk', 1280, 800],
  ['tablet', 820, 1180],
] as const;

/** For who looks: `PLUMBLINE_SCREENS=FOLDER` keeps a picture of a page, as on a desk and on a tablet. */
export async function keepPicture(page: Page, name: string, scheme: string): Promise<void> {
  const folder = process.env['PLUMBLINE_SCREENS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  for (const [size, width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(folder, `${name}-${size}-${scheme}.png`), fullPage: true });
  }
}
