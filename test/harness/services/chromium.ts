import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium as playwright, type Page } from 'playwright-core';
import { firstExecutable, type Found } from './child.ts';

export interface Chromium {
  /** As it names itself: `156.0.8078.79`. */
  version: string;
  /** An empty tab. */
  newPage(): Promise<Page>;
  /** Ends the browser and starts it again on the same profile: what it stored is what its disk still knows. */
  restart(): Promise<void>;
  /** Ends it and removes its profile. */
  remove(): Promise<void>;
}

/** Without graphics, and without talking to anybody but the page that is tested. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where Chromium is, or why it is not. */
export function findChromium(): Found<string> {
  const folders = ['/usr/bin', '/usr/local/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const names = ['chromium', 'chromium-browser'];
  const service = firstExecutable(folders.flatMap((folder) => names.map((name) => join(folder, name))));
  return service === undefined ? { service: null, reason: 'chromium is not installed' } : { service };
}

/**
 * A headless Chromium of its own with its profile in a temporary folder.
 * @param options `anyCertificate`: pages of a server whose authority only this test knows are opened all the same
 */
export async function startChromium({ anyCertificate = false } = {}): Promise<Found<Chromium>> {
  const found = findChromium();
  if (found.service === null) return found;
  const executablePath = found.service;
  const profile = await mkdtemp(join(tmpdir(), 'plumbline-chromium-'));
  const launch = () =>
    playwright.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      args: FLAGS,
      ignoreHTTPSErrors: anyCertificate,
    });
  let context = await launch();
  const chromium: Chromium = {
    version: context.browser()?.version() ?? 'unknown',
    newPage: () => context.newPage(),
    async restart() {
      await context.close();
      context = await launch();
    },
    async remove() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return { service: chromium };
}
