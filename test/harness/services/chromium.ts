import { mkdtemp, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium as playwright, type Page } from 'playwright-core';
import { firstExecutable, type Found } from './child.ts';
import { aimAt } from './process-tree.ts';

export interface Chromium {
  /** As it names itself: `156.0.8078.79`. */
  version: string;
  /** An empty tab. */
  newPage(): Promise<Page>;
  /** Ends the browser and starts it again on the same profile: what it stored is what its disk still knows. */
  restart(): Promise<void>;
  /**
   * Takes every process of it away without a word, as the system does when memory runs out, and starts it again.
   * @param meanwhile done to its profile while it is away
   */
  kill(meanwhile?: (profile: string) => Promise<void>): Promise<void>;
  /** Finds its processes, so that the kill that follows takes no time at all. */
  aim(): Promise<Chromium['kill']>;
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

export interface ChromiumOptions {
  /** Pages of a server whose authority only this test knows are opened all the same. */
  anyCertificate?: boolean;
  /** Where it looks for its certificate store: see trust-store.ts. */
  home?: string;
  /** Names that are this very machine, such as `*.plumbline.example`. */
  namesHere?: string;
  /** What else its command line says. */
  flags?: readonly string[];
}

/** A headless Chromium of its own with its profile in a temporary folder. */
export async function startChromium(options: ChromiumOptions = {}): Promise<Found<Chromium>> {
  const { anyCertificate = false, home, namesHere, flags = [] } = options;
  const found = findChromium();
  if (found.service === null) return found;
  const executablePath = found.service;
  const profile = await mkdtemp(join(tmpdir(), 'plumbline-chromium-'));
  const launch = () =>
    playwright.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      args: [
        ...FLAGS,
        ...flags,
        ...(namesHere === undefined ? [] : [`--host-resolver-rules=MAP ${namesHere} 127.0.0.1`]),
      ],
      ignoreHTTPSErrors: anyCertificate,
      ...(home !== undefined && { env: { ...process.env, HOME: home } }),
    });
  let context = await launch();
  const chromium: Chromium = {
    version: context.browser()?.version() ?? 'unknown',
    newPage: () => context.newPage(),
    async restart() {
      await context.close();
      context = await launch();
    },
    kill: async (meanwhile) => (await chromium.aim())(meanwhile),
    async aim() {
      // Chromium holds its profile by a link whose target ends with the number of its process.
      const pid = Number((await readlink(join(profile, 'SingletonLock'))).split('-').at(-1));
      const killAll = aimAt(pid);
      return async (meanwhile) => {
        const closed = new Promise((resolve) => context.once('close', resolve));
        await Promise.all([killAll(), closed]);
        await meanwhile?.(profile);
        context = await launch();
      };
    },
    async remove() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return { service: chromium };
}
