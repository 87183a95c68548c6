import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { SiteLogEntry } from '@plumbline/shared/activity';
import { integrityOf } from '../../agent/tablet/packaging/seal-page.ts';
import { createTabletApp } from '../../fleet-server/src/entry/http/index.ts';
import { listenWeb } from '../../fleet-server/src/entry/listeners/index.ts';
import { exportModel } from '../../fleet-server/src/supply/onnx/index.ts';
import type { Random } from '@plumbline/shared/ports';
import { bulkyModel, createFleet, type ModelFile, type TestFleet } from '../harness/index.ts';

const DAY_MS = 86_400_000;
const WEIGHTS: Readonly<Record<string, number>> = { crew_size: -0.5, late_predecessors: 0.9, lead_days: 0.03 };

export interface TabletSite extends AsyncDisposable {
  fleet: TestFleet;
  /** Of the app, on loopback: a browser takes it for a secure context, whatever the authority of the fleet. */
  url: string;
  /** Takes the host of the app off the network, and puts it back, perhaps with another build. */
  setHost(up: boolean, folder?: string): Promise<void>;
}

/** A fleet server with a planned site, and the built app given by the code that gives it in production. */
export async function openSite(): Promise<TabletSite> {
  const connect: string[] = [];
  const policy = () => ({ connect, isSecure: false });
  const listen = (folder: string | undefined, port: number) =>
    listenWeb(createTabletApp(policy, folder).fetch, { host: '127.0.0.1', port });
  let host = await listen(undefined, 0);
  const { port, url } = host;
  const end = async () => {
    const closed = host.close();
    host.server.closeAllConnections();
    await closed;
  };
  const fleet = await createFleet({ environment: { PLUMBLINE_TABLET_ORIGINS: url, PLUMBLINE_TABLET_PORT: '0' } });
  const { publicUrl } = fleet.server.fleet;
  connect.push(publicUrl, publicUrl.replace('https', 'wss'));
  return {
    fleet,
    url,
    setHost: async (up, folder) => (up ? void (host = await listen(folder, port)) : end()),
    async [Symbol.asyncDispose]() {
      await end().catch(() => undefined);
      await fleet[Symbol.asyncDispose]();
    },
  };
}

/** A logistic regression of what somebody on site can count, so that its reasons read as they will. */
export function crewModel(line: string): ModelFile {
  const names = Object.keys(WEIGHTS);
  const columns = { numbers: names.map((name) => ({ name, impute: 0, mean: 0, scale: 1 })), categories: [] };
  const weights = Float64Array.from(Object.values(WEIGHTS));
  const features = names.map((name) => ({ name, type: 'number', missing: 'refuse', from: { column: name } }));
  return {
    bytes: exportModel({ kind: 'linear', columns, weights, bias: 0.4 }),
    mapping: {
      line,
      target: 'late',
      algorithm: 'logistic-regression',
      inputs: [{ kind: 'columns', name: 'numbers', dtype: 'float32', batch: 'dynamic', features }],
      output: { kind: 'classes', probabilities: 'probabilities', classes: ['0', '1'], positive: '1' },
    },
  };
}

/** The same question asked of a model that travels in many blocks. */
export function bulkyCrewModel(line: string, sizeBytes: number, random: Random): ModelFile {
  const { bytes, mapping } = bulkyModel(line, sizeBytes, () => random.next());
  const features = ['crew_size', 'late_predecessors'].map((name) => ({
    name,
    type: 'number',
    missing: 'refuse',
    from: { column: name },
  }));
  const input = { kind: 'columns', name: 'x', dtype: 'float32', batch: 'dynamic', features };
  return { bytes, mapping: { ...mapping, inputs: [input] } };
}

const DIST = join(import.meta.dirname, '../../agent/tablet/dist');
export const NEXT_BUILD = 'f'.repeat(16);

/**
 * The same app as another build, in a folder of its own.
 * @param options `whole`: false gives a page that is not the one its service worker names, as a proxy or a thief might
 */
export async function nextBuild(folder: string, { whole }: { whole: boolean }): Promise<string> {
  await cp(DIST, folder, { recursive: true, filter: (path) => !path.endsWith('.br') });
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const { build, files } = JSON.parse(await read('integrity.json')) as { build: string; files: Record<string, string> };
  const page = (await read('index.html')).replaceAll(build, NEXT_BUILD);
  await writeFile(join(folder, 'index.html'), page);
  const worker = (await read('service-worker.js')).replaceAll(build, NEXT_BUILD);
  const named = files['index.html'] ?? '';
  const given = whole ? integrityOf(new TextEncoder().encode(page)) : named;
  await writeFile(join(folder, 'service-worker.js'), worker.replace(named, given));
  return folder;
}

/** What head office has planned: one that will slip and matters, one that will slip and does not, one that will not. */
export function plans(now: number): SiteLogEntry[] {
  const plan = (name: string, values: Record<string, number>, float: number): SiteLogEntry => ({
    id: `plan-${name}`,
    activity: name,
    base: null,
    actor: 'head-office',
    at: now,
    field: 'plan',
    value: {
      startAt: now - DAY_MS,
      dueAt: now + 5 * DAY_MS,
      values: { name: `Pour ${name}`, trade: 'concrete', ...values },
      network: {
        totalFloat: { workingDays: float, calendarDays: float * 1.4 },
        milestones: [{ milestone: 'M1', name: 'Topping out', workingDays: float, calendarDays: float * 1.4 }],
      },
    },
  });
  return [
    plan('slab-1', { crew_size: 4, late_predecessors: 3, lead_days: 2 }, 60),
    plan('slab-2', { crew_size: 4, late_predecessors: 3, lead_days: 2 }, 0),
    plan('slab-3', { crew_size: 9, late_predecessors: 0, lead_days: 2 }, 0),
  ];
}

/** `PLUMBLINE_SCREENS=DIR` keeps what each page looked like. */
export async function keepScreen(page: Page, name: string): Promise<void> {
  const folder = process.env['PLUMBLINE_SCREENS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `tablet-${name}.png`) });
}
