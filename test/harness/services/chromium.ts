import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readlink, rm } from 'node:fs/promises';
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
  /** Takes every process of it away without a word, as the system does when memory runs out, and starts it again. */
  kill(): Promise<void>;
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
}

/** A headless Chromium of its own with its profile in a temporary folder. */
export async function startChromium(options: ChromiumOptions = {}): Promise<Found<Chromium>> {
  const { anyCertificate = false, home, namesHere } = options;
  const found = findChromium();
  if (found.service === null) return found;
  const executablePath = found.service;
  const profile = await mkdtemp(join(tmpdir(), 'plumbline-chromium-'));
  const launch = () =>
    playwright.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      args: namesHere === undefined ? FLAGS : [...FLAGS, `--host-resolver-rules=MAP ${namesHere} 127.0.0.1`],
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
    async kill() {
      // Chromium holds its profile by a link whose target ends with the number of its process.
      const pid = Number((await readlink(join(profile, 'SingletonLock'))).split('-').at(-1));
      const closed = new Promise((resolve) => context.once('close', resolve));
      // The first one first, so that it starts no more; then those it had.
      const others = descendantsOf(pid);
      for (const each of [pid, ...others]) killNow(each);
      await closed;
      context = await launch();
    },
    async remove() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return { service: chromium };
}

/** Processes that this one started, and those that they did. */
function descendantsOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const below = (parent: number): number[] =>
    parents.flatMap(([child, of]) => (of === parent ? [child, ...below(child)] : []));
  return below(pid);
}

/** The second number behind the name in brackets, which may hold anything. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
  } catch {
    return undefined;
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with its parent.
  }
}
