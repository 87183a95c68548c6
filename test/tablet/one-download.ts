import { createRandom } from '../../fleet-server/src/supply/onnx/export/random-models.ts';
import type { SiteView } from '../../agent/src/browser/door/site-view.ts';
import { bulkyModel, eventually } from '../harness/index.ts';
import { keepScreen } from './app.ts';
import type { NearbySite } from './nearby-site.ts';
import type { SiteApp } from './site-app.ts';

const LINE = 'bulky';
/** Large beside the papers of an install, which every device fetches for itself. */
const MODEL_BYTES = 600_000;
/** Before the archive lies whole in a slot. */
const WITHOUT = new Set(['idle', 'offered', 'fetching', 'verifying', 'staged']);
const SEEN_MS = 60_000;

/** What crossed the way out, and what each device and its page said. */
export interface OneDownload {
  bundleBytes: number;
  /** From the order until the way out was cut, while the tablets waited for their gateway. */
  beforeCutBytes: number;
  whileCutBytes: number;
  /** State of every tablet by its own stored view, before anybody could reach the server again. */
  statesWhileCut: string[];
  /** What an entry recorded at the gateway looked like on a tablet meanwhile. */
  finishedWhileCut: string;
  /** The gateway's own word, likewise. */
  isGatewayProven: boolean;
  /** The server's word of every tablet, once they could report. */
  proofs: string[];
  /** "Models come from", of every tablet. */
  sources: string[];
}

/** One release for a site: the way out is cut as soon as the gateway has it and while all its tablets wait. */
export async function oneDownload(site: NearbySite, seed: number): Promise<OneDownload> {
  const { out, gateway } = site;
  const apps = [...site.tablets.values()];
  const version = await publish(site, seed);
  const started = out.bytes();
  await assignTo(site, version, [gateway.device, ...site.tablets.keys()]);
  const { bundleBytes, states } = await eventually(
    'the gateway has the bundle',
    async () => {
      const own = await gatewayLine(site, version);
      if (own === undefined || WITHOUT.has(own.state)) return undefined;
      return { bundleBytes: own.target?.payload.length ?? 0, states: await Promise.all(apps.map(stateOf)) };
    },
    { turnMs: 50 },
  );
  if (!states.every((state) => WITHOUT.has(state))) throw new Error(`cut too late: ${states.join()}`);
  const beforeCutBytes = out.bytes() - started;
  out.cut();

  const atCut = out.bytes();
  for (const app of apps) {
    await eventually('the tablet has proved it', async () => (await stateOf(app)) === 'committed', {
      withinMs: SEEN_MS,
    });
  }
  const statesWhileCut = await Promise.all(apps.map(stateOf));
  await gateway.ask('/v1/outcomes', { activity: 'pour-3', label: 1, actor: 'Ada' });
  const isGatewayProven = await eventually('the gateway has proved it', async () => {
    const own = await gatewayLine(site, version);
    return own?.active !== undefined && own.slots[own.active]?.proven === true;
  });
  const [first] = apps;
  const finishedWhileCut = first === undefined ? '' : await finishedOn(first);
  const whileCutBytes = out.bytes() - atCut;

  out.restore();
  for (const app of apps) await app.lookForNews();
  const proofs = await proofsOf(site, version);
  const sources = await Promise.all(apps.map(sourceOn));
  return {
    bundleBytes,
    beforeCutBytes,
    whileCutBytes,
    statesWhileCut,
    isGatewayProven,
    finishedWhileCut,
    proofs,
    sources,
  };
}

/** Every tablet hears of a name that the gateway has no certificate for. @returns the version of a release that nobody has yet */
export async function distrustGateway(site: NearbySite, seed: number): Promise<string> {
  await site.nameGateway(site.names.untrusted);
  for (const app of site.tablets.values()) await app.lookForNews();
  return publish(site, seed);
}

/**
 * The first tablet hears of a name that the gateway has no certificate for; the others are kept out of the local network:
 * a browser without a screen asks nobody, and refuses.
 * @returns the version of a release that nobody has yet
 */
export async function refuseGateway(site: NearbySite, seed: number): Promise<string> {
  const [first, ...others] = site.tablets.values();
  await site.nameGateway(site.names.untrusted);
  await first?.lookForNews();
  // A page that nobody sees is not refused: its request waits for somebody who could be asked.
  await others.at(-1)?.page.bringToFront();
  const version = await publish(site, seed);
  await site.nameGateway(site.names.trusted);
  await first?.page.context().clearPermissions();
  return version;
}

/** A release for the tablets, the way out open. @returns what crossed, and what every tablet says of it */
export async function download(site: NearbySite, version: string): Promise<{ bytes: number; sources: string[] }> {
  const started = site.out.bytes();
  await assignTo(site, version, site.tablets.keys());
  await proofsOf(site, version);
  const bytes = site.out.bytes() - started;
  const sources = [];
  for (const [tablet, app] of site.tablets) {
    sources.push(await sourceOn(app));
    await keepScreen(app.page, `source-${tablet}`);
  }
  return { bytes, sources };
}

function publish({ fleet }: NearbySite, seed: number): Promise<string> {
  return fleet.publish(bulkyModel(LINE, MODEL_BYTES, createRandom(seed)));
}

interface GatewayState {
  lines: GatewayLine[];
}

interface GatewayLine {
  line: string;
  state: string;
  target?: { version: string; payload: { length: number } };
  active?: 'A' | 'B';
  slots: Partial<Record<'A' | 'B', { proven?: boolean }>>;
}

interface Reported {
  models?: { running?: { version: string }; proof?: string }[];
}

/** Once it is about this version. */
async function gatewayLine({ gateway }: NearbySite, version: string): Promise<GatewayLine | undefined> {
  const { lines } = await gateway.ask<GatewayState>('/v1/state');
  return lines.find(({ line, target }) => line === LINE && target?.version === version);
}

async function assignTo(site: NearbySite, version: string, devices: Iterable<string>): Promise<void> {
  await Promise.all([...devices].map((device) => site.fleet.assign(device, LINE, version)));
}

/** The server's word of every tablet, once it was proved, one way or the other. */
function proofsOf(site: NearbySite, version: string): Promise<string[]> {
  const proofOf = (device: string) =>
    eventually(`${device} has reported a proof`, async () => {
      const { models = [] } = ((await site.fleet.view(device)).report ?? {}) as Reported;
      return models.find(({ running }) => running?.version === version)?.proof;
    });
  return Promise.all([...site.tablets.keys()].map(proofOf));
}

/** State of the line by what the app has stored to be shown: the word of the tablet, wherever the server is. */
async function stateOf({ page }: SiteApp): Promise<string> {
  const view = (await page.evaluate(readView)) as SiteView | undefined;
  return view?.lines.find(({ line }) => line === LINE)?.state ?? 'idle';
}

/** Runs in the page: must not mention anything outside itself. */
function readView(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { indexedDB: shelves } = globalThis as unknown as { indexedDB: Shelves };
    const opened = shelves.open('plumbline');
    opened.addEventListener('error', reject);
    opened.addEventListener('success', () => {
      const found = opened.result.transaction('page').objectStore('page').get('view');
      found.addEventListener('success', () => {
        opened.result.close();
        resolve(found.result);
      });
    });
  });
}

/** As much of a browser's database as is used: this program has no types of a page. */
interface Shelves {
  open(name: string): Asked<{
    close(): void;
    transaction(shelf: string): { objectStore(name: string): { get(key: string): Asked<unknown> } };
  }>;
}

interface Asked<Result> {
  addEventListener(type: 'error' | 'success', listener: (reason: unknown) => void): void;
  result: Result;
}

async function finishedOn(app: SiteApp): Promise<string> {
  await app.lookForNews();
  await app.go('#/activity/pour-3', 'Pour 3');
  const flag = app.page.locator('.flag', { hasText: 'ended late' });
  await flag.waitFor();
  return flag.innerText();
}

async function sourceOn(app: SiteApp): Promise<string> {
  await app.go('#/tablet', 'Tablet');
  return app.page.locator('dt:has-text("Models come from") + dd').innerText();
}
