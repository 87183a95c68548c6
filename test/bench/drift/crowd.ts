import {
  binsOf,
  buildReference,
  emptyWindow,
  observe,
  type DriftWindow,
  type FeatureBins,
} from '@plumbline/shared/drift';
import { packArchive } from '@plumbline/shared/manifest';
import { createSeededRandom } from '@plumbline/shared/testing';
import { utf8 } from '@plumbline/shared/trust';
import {
  modelVariants,
  modelVersions,
  streams,
  telemetry,
  type Database,
} from '../../../fleet-server/src/platform/db/index.ts';
import type { ArtifactStore } from '../../../fleet-server/src/platform/ports/index.ts';

const DAY_MS = 86_400_000;
const SHA256 = 'cd'.repeat(32);
const PER_SITE = 5;
const ROWS = 40;
/** Different days that devices draw from: making them is not what is measured. */
const DRAWN = 400;
const BINS: FeatureBins[] = [
  ...Array.from({ length: 12 }, (_, i): FeatureBins => ({ type: 'number', name: `n${i}`, edges: [1, 2, 3, 4, 5, 6] })),
  ...Array.from({ length: 8 }, (_, i): FeatureBins => ({
    type: 'category',
    name: `c${i}`,
    levels: ['wood', 'steel', 'paint', 'crane'],
  })),
];

/** Devices of one release, each at a site of five, that send a window a day as their agents do. */
export interface Crowd {
  artifacts: ArtifactStore;
  sendDay(day: number, drawn: 'usual' | 'moved', at: number): Promise<void>;
}

export async function createCrowd(database: Database, { devices }: { devices: number }): Promise<Crowd> {
  const { next } = createSeededRandom(7);
  const draw = (by = 0) => {
    const numbers = BINS.slice(0, 12).map(({ name }, i) => [name, next() * 7 + (i === 0 ? by : 0)] as const);
    const words = BINS.slice(12).map(({ name }) => [name, ['wood', 'steel', 'paint', 'crane'][Math.floor(next() * 4)]]);
    return Object.fromEntries([...numbers, ...words]) as Record<string, number | string>;
  };
  const rows = Array.from({ length: 2_000 }, () => draw());
  const built = buildReference(
    BINS,
    rows,
    rows.map(() => next()),
    0.3,
  );
  const numbers = BINS.slice(0, 12).map(({ name }) => name);
  const reference = {
    ...built,
    support: Object.fromEntries(numbers.map((name) => [name, { low: 0, high: 10 }])),
    repeats: Object.fromEntries(numbers.map((name) => [name, { count: 2, of: 1_900 }])),
  };
  const windows = (by: number) =>
    Array.from({ length: DRAWN }, () => {
      const window = emptyWindow('delay', SHA256, binsOf(reference), 0, DAY_MS);
      let before: Record<string, number | string> | undefined;
      for (let i = 0; i < ROWS; i += 1) {
        const row = draw(by);
        const last = before === undefined ? {} : { before: before as Record<string, number> };
        observe(window, BINS, row, next(), 'chance', { support: reference.support, ...last });
        before = row;
      }
      return window;
    });
  const drawn = { usual: windows(0), moved: windows(3) };
  await register(database);
  const bundle = { 'model.onnx': utf8('model'), 'reference.json': utf8(JSON.stringify(reference)) };
  return {
    artifacts: {
      get: async () => packArchive(bundle),
      put: () => Promise.reject(new Error('nothing is stored here')),
      read: () => Promise.reject(new Error('nothing is read in parts')),
      has: async () => true,
    },
    async sendDay(day, kind, at) {
      const page = 500;
      for (let from = 0; from < devices; from += page) {
        const some = Array.from({ length: Math.min(page, devices - from) }, (_, i) => from + i);
        await database.transaction(async (tx) => {
          for (const i of some) {
            const window = drawn[kind][Math.floor(next() * DRAWN)]!;
            await take(tx, { device: `gw-${i}`, site: `site-${Math.floor(i / PER_SITE)}`, day, at }, window);
          }
        });
      }
    },
  };
}

/** As ingest leaves it: a row, and the high-water mark of its stream. */
async function take(
  tx: Parameters<Parameters<Database['transaction']>[0]>[0],
  { device, site, day, at }: { device: string; site: string; day: number; at: number },
  counted: DriftWindow,
): Promise<void> {
  const stream = `${device}-evidence`;
  const from = day * DAY_MS;
  const id = `${device}-${day}`.padStart(16, '0');
  const window = { ...counted, id, from, to: from + DAY_MS };
  const head = { stream, device, site, at, line: 'delay', version: '1.0.0', sha256: SHA256, asOf: from };
  const body = JSON.stringify({ kind: 'window', at, window });
  await tx.insert(telemetry).values({ ...head, seq: day, kind: 'window', body, receivedAt: at });
  const mark = { highWater: day, rows: 1 };
  await tx
    .insert(streams)
    .values({ id: stream, device, site, class: 'evidence', rejected: 0, gapped: 0, ...mark })
    .onConflictDoUpdate({ target: streams.id, set: mark });
}

async function register(database: Database): Promise<void> {
  const of = { line: 'delay', version: '1.0.0' };
  const head = {
    counter: 1,
    state: 'published' as const,
    algorithm: 'forest',
    subject: '{}',
    card: '{}',
    createdAt: 0,
  };
  const sizes = { archive: SHA256, archiveBytes: 1, model: SHA256, modelBytes: 1 };
  const texts = { needs: '{}', profiles: '[]', payloads: '[]' };
  await database.transaction(async (tx) => {
    await tx.insert(modelVersions).values({ ...of, ...head });
    await tx.insert(modelVariants).values({ ...of, ...sizes, ...texts, variant: 'tree', recipe: 'tree' });
  });
}
