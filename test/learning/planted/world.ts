import { packArchive } from '@plumbline/shared/manifest';
import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { utf8 } from '@plumbline/shared/trust';
import {
  binsOf,
  emptyWindow,
  observe,
  slicesWith,
  type Hold,
  type Reference,
} from '../../../shared/src/drift/index.ts';
import { generateDataset, SHIFT_AT } from '../../../fleet-server/src/entry/demo/generator/index.ts';
import {
  assessVersion,
  listFindings,
  listHolds,
  type KeptFinding,
} from '../../../fleet-server/src/insight/drift/index.ts';
import { createIngest } from '../../../fleet-server/src/insight/telemetry/index.ts';
import { referenceFrom, rowsIn } from '../../../fleet-server/src/learning/pipelines/describe-model.ts';
import type { Dataset, Example } from '../../../fleet-server/src/learning/datasets/index.ts';
import {
  devices,
  modelVariants,
  modelVersions,
  openDatabase,
  type Database,
} from '../../../fleet-server/src/platform/db/index.ts';
import type { ArtifactStore } from '../../../fleet-server/src/platform/ports/index.ts';

export type Values = Example['values'];

/** Made-up construction sites before and after the known change of their world, and the reference of a model of before. */
export interface Pool {
  sites: string[];
  reference: Reference;
  /** Rows that the reference has not counted, by site. */
  before: ReadonlyMap<string, Example[]>;
  after: ReadonlyMap<string, Example[]>;
  dataset: Dataset;
}

/** One device at each site, which sends what it counted in a month; the server looks when the month is over. */
export interface PlantedWorld extends AsyncDisposable {
  database: Database;
  now(): number;
  /** @param rowsOf what a device predicts in this month, none: it says nothing; `usual` draws rows of its site */
  pass(month: number, rowsOf?: (device: string, usual: (n?: number) => Values[]) => Values[]): Promise<void>;
  /** Rows of its site after the world has changed. */
  changed(device: string): Values[];
  alarms(): Promise<KeptFinding[]>;
  holds(): Promise<Hold[]>;
}

export const MONTH_MS = 30 * 86_400_000;
export const OF = { line: 'delay', version: '1.0.0' };
export const ARCHIVE = 'cd'.repeat(32);
const MINIMUM_COUNT = 150;

/** Two years of sites, one before the change and one after it; every other row makes the reference, the rest is met. */
export function createPool(seed: number, siteCount = 50): Pool {
  const dataset = generateDataset({ seed, sites: siteCount, firstYear: 2022, lastYear: 2023 });
  const known = dataset.examples.filter(({ startAt }) => startAt < SHIFT_AT);
  const counted = known.filter((_, i) => i % 2 === 0);
  const baseRate = counted.filter(({ label }) => label === 1).length / counted.length;
  const scores = counted.map(({ values }) => scoreOf(values));
  const reference = referenceFrom(dataset.features, rowsIn(counted), scores, { baseRate });
  const before = Map.groupBy(
    known.filter((_, i) => i % 2 === 1),
    ({ site }) => site,
  );
  const after = Map.groupBy(
    dataset.examples.filter(({ startAt }) => startAt >= SHIFT_AT),
    ({ site }) => site,
  );
  return { sites: [...before.keys()].toSorted(), reference, before, after, dataset };
}

/** The device of a site. */
export const deviceAt = (site: string) => `gateway-${site}`;

export async function openPlanted(
  { sites, reference, before, after }: Pool,
  { seed, perMonth }: { seed: number; perMonth: number },
): Promise<PlantedWorld> {
  let time = 0;
  const now = () => time;
  const database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
  const ingest = createIngest({ database, now });
  const artifacts = artifactsOf(reference);
  await registerAll(database, sites);
  const random = createSeededRandom(seed);
  const bins = binsOf(reference);
  const siteOf = new Map(sites.map((site) => [deviceAt(site), site]));
  const seqs = new Map<string, number>();
  const draw = (from: Pool['before'], device: string, n: number) => {
    const rows = from.get(siteOf.get(device) ?? '') ?? [];
    return Array.from({ length: n }, () => rows[Math.floor(random.next() * rows.length)]!.values);
  };
  return {
    database,
    now,
    async pass(month, rowsOf = (_, usual) => usual()) {
      const [from, to] = [month * MONTH_MS, (month + 1) * MONTH_MS];
      time = to;
      for (const [device, site] of siteOf) {
        const id = (month * 1_000 + sites.indexOf(site) + 1).toString(16).padStart(16, '0');
        const slices = reference.slices?.length ?? 0;
        const window = emptyWindow(OF.line, ARCHIVE, bins, from, to, { id, slices });
        const known: Record<string, number> = {};
        const rows = rowsOf(device, (n = perMonth) => draw(before, device, n));
        if (rows.length === 0) continue;
        for (const values of rows) {
          const score = scoreOf(values);
          const selected = score >= 0.5;
          const of = { before: known, support: reference.support, slices: slicesWith(reference, values), selected };
          observe(window, bins, values, score, 'chance', of);
          for (const [name, value] of Object.entries(values)) if (typeof value === 'number') known[name] = value;
        }
        const seq = (seqs.get(device) ?? 0) + 1;
        seqs.set(device, seq);
        const row = { kind: 'window' as const, at: to, window };
        const batch = {
          stream: `${device}-evidence`,
          class: 'evidence' as const,
          rows: [[seq, row]] as [number, typeof row][],
        };
        await ingest.take({ site, device, batch });
      }
      time = to + MONTH_MS / 30;
      await assessVersion({ database, artifacts, now }, OF, { upTo: to, minimumCount: MINIMUM_COUNT });
    },
    changed: (device) => draw(after, device, perMonth),
    alarms: () => listFindings(database.db, { alarm: true }),
    holds: () => listHolds(database.db, OF.line),
    async [Symbol.asyncDispose]() {
      await ingest.close();
      await database.close();
    },
  };
}

/** What any model of these rows is about: what is late already, what came late, what is waited for. */
function scoreOf(values: Values): number {
  const number = (name: string) => {
    const value = values[name];
    return typeof value === 'number' ? Math.max(-50, Math.min(50, value)) : 0;
  };
  const odds = 0.1 * number('start_delay_days') + 0.4 * number('late_predecessors') + 0.02 * number('lead_days') - 1.2;
  return 1 / (1 + Math.exp(-odds));
}

const none = () => Promise.reject(new Error('only bundles are read here'));

export function artifactsOf(reference: Reference): ArtifactStore {
  const bundle = { 'model.onnx': utf8('model'), 'reference.json': utf8(JSON.stringify(reference)) };
  return { get: async () => packArchive(bundle), put: none, read: none, has: async () => true };
}

async function registerAll(database: Database, sites: readonly string[]): Promise<void> {
  await database.transaction(async (tx) => {
    const made = { state: 'published' as const, algorithm: 'logistic', subject: '{}', card: '{}', createdAt: 0 };
    await tx.insert(modelVersions).values({ ...OF, counter: 1, ...made });
    const texts = { needs: '{}', profiles: '[]', payloads: '[]' };
    const bytes = { archiveBytes: 1, model: ARCHIVE, modelBytes: 1 };
    await tx
      .insert(modelVariants)
      .values({ ...OF, ...bytes, ...texts, variant: 'lossless', recipe: 'lossless', archive: ARCHIVE });
    const device = { profile: 'gateway', agent: '1.0.0', publicKey: '', tags: '[]', enrolledAt: 0 };
    const counters = { reportCounter: 0, assignedSeq: 0 };
    for (const site of sites) {
      await tx.insert(devices).values({ id: deviceAt(site), site, keyId: site, ...device, ...counters });
    }
  });
}
