import {
  binsOf,
  buildReference,
  emptyWindow,
  observe,
  type DriftWindow,
  type FeatureBins,
  type Reference,
} from '@plumbline/shared/drift';
import { packArchive } from '@plumbline/shared/manifest';
import { createSeededRandom } from '@plumbline/shared/testing';
import { utf8 } from '@plumbline/shared/trust';
import { modelVariants, modelVersions, type Database } from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { createIngest } from '../../telemetry/index.ts';

export const DAY_MS = 86_400_000;
export const SHA256 = 'cd'.repeat(32);
export const BINS: FeatureBins[] = [
  { type: 'number', name: 'height', edges: [1, 2, 3] },
  { type: 'category', name: 'trade', levels: ['wood', 'steel'] },
];

export interface Row {
  height: number | null;
  trade: string;
  score: number;
}

/** A registered version with a reference, and devices that send windows as their agents do. */
export interface EvidenceWorld {
  artifacts: ArtifactStore;
  now: () => number;
  setNow(at: number): void;
  reference: Reference;
  random: () => number;
  /** Like those of the reference. */
  usual(): Row;
  /** A window of so many rows. */
  count(day: number, rows: number, draw?: () => Row, id?: string): DriftWindow;
  /** @returns the code it was answered with, if its row was no row at all */
  send(device: string, window: DriftWindow, site?: string): Promise<void>;
}

/** @param more of the reference, beyond its bins */
export async function createEvidenceWorld(database: Database, more: Partial<Reference> = {}): Promise<EvidenceWorld> {
  let time = 0;
  let ids = 0;
  const { next: random } = createSeededRandom(11);
  const now = () => time;
  const ingest = createIngest({ database, now });
  const seqs = new Map<string, number>();
  const usual = (): Row => ({ height: random() * 4, trade: random() < 0.6 ? 'wood' : 'steel', score: random() });
  const rows = Array.from({ length: 2_000 }, usual);
  const plain = rows.map(({ height, trade }) => ({ height, trade }));
  const built = buildReference(
    BINS,
    plain,
    rows.map(({ score }) => score),
    0.3,
  );
  const support = { height: { low: 0, high: 4 } };
  const repeats = { height: { count: 2, of: 1_900 } };
  const reference: Reference = { ...built, support, repeats, ...more };
  const bundle = { 'model.onnx': utf8('model'), 'reference.json': utf8(JSON.stringify(reference)) };
  const artifacts: ArtifactStore = {
    get: async () => packArchive(bundle),
    put: () => Promise.reject(new Error('nothing is stored here')),
    read: () => Promise.reject(new Error('nothing is read in parts')),
    has: async () => true,
  };
  const of = { line: 'delay', version: '1.0.0' };
  await database.transaction(async (tx) => {
    const state = {
      counter: 1,
      state: 'published' as const,
      algorithm: 'forest',
      subject: '{}',
      card: '{}',
      createdAt: 0,
    };
    await tx.insert(modelVersions).values({ ...of, ...state });
    const sizes = { archiveBytes: 1, model: SHA256, modelBytes: 1 };
    const texts = { needs: '{}', profiles: '[]', payloads: '[]' };
    await tx
      .insert(modelVariants)
      .values({ ...of, ...sizes, ...texts, variant: 'tree', recipe: 'tree', archive: SHA256 });
  });
  return {
    artifacts,
    now,
    setNow: (at) => void (time = at),
    reference,
    random,
    usual,
    count(day, n, draw = usual, id = (ids += 1).toString(16).padStart(16, '0')) {
      const window = emptyWindow('delay', SHA256, binsOf(reference), day * DAY_MS, (day + 1) * DAY_MS, { id });
      let before: number | undefined;
      for (let i = 0; i < n; i += 1) {
        const { score, ...values } = draw();
        observe(window, BINS, values, score, 'chance', {
          support: reference.support,
          ...(before !== undefined && { before: { height: before } }),
        });
        before = values.height ?? before;
      }
      return window;
    },
    async send(device, window, site = `site-of-${device}`) {
      const seq = (seqs.get(device) ?? 0) + 1;
      seqs.set(device, seq);
      const row = { kind: 'window' as const, at: now(), window };
      await ingest.take({ site, device, batch: { stream: `${device}-e`, class: 'evidence', rows: [[seq, row]] } });
    },
  };
}
