import { buildReference, emptyWindow, observe, type FeatureBins } from '@plumbline/shared/drift';
import { packArchive, type Manifest } from '@plumbline/shared/manifest';
import { createVirtualClock } from '@plumbline/shared/testing';
import { utf8 } from '@plumbline/shared/trust';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  modelVariants,
  modelVersions,
  openDatabase,
  streams,
  telemetry,
  type Database,
} from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { gates } from '../gates/gates.ts';
import { absentParts } from './absent-parts.ts';
import { assessCandidate } from './assess-candidate.ts';
import { collectEvidence } from './collect.ts';

const HOUR_MS = 3_600_000;
const WITHOUT_PARTS: Manifest = {
  kind: 'model',
  v: 1,
  line: 'delay',
  version: '1.1.0',
  variant: 'plain',
  algorithm: 'forest',
  target: 'late',
  inputs: [{ kind: 'tensor', name: 'x', dtype: 'float32', shape: [1], column: 'x' }],
  output: { kind: 'value', value: 'y' },
  model: { sha256: 'ab'.repeat(32), sizeBytes: 5 },
  needs: { opsets: { '': 21 }, operators: [], derivations: [] },
  parts: { golden: 'absent', reference: 'absent', reasons: 'absent' },
};
const SHA256 = 'ab'.repeat(32);
const BINS: FeatureBins[] = [{ type: 'number', name: 'height', edges: [1, 2, 3] }];
const ROLLOUT = { id: 'r-1', line: 'delay', version: '1.1.0', createdAt: 0 };
const asking = (drift: boolean) => ({
  ...ROLLOUT,
  plan: { gates: gates.parse(drift ? { drift: { atMost: 0 } } : {}), stages: [] },
});

let clock: ReturnType<typeof createVirtualClock>;
let database: Database;
let bundle: Parameters<typeof packArchive>[0];
let opened: number;

let artifacts: ArtifactStore;
/** A store of its own for each test: what an archive holds does not change in one. */
const openStore = (): ArtifactStore => ({
  async get() {
    opened += 1;
    return packArchive(bundle);
  },
  put: () => Promise.reject(new Error('nothing is stored here')),
  read: () => Promise.reject(new Error('nothing is read in parts')),
  has: async () => true,
});

beforeEach(async () => {
  clock = createVirtualClock(0);
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  opened = 0;
  artifacts = openStore();
  const rows = Array.from({ length: 400 }, (_, i) => ({ height: (i % 4) + 0.5 }));
  const reference = buildReference(
    BINS,
    rows,
    rows.map((_, i) => (i % 10) / 10),
  );
  bundle = { 'model.onnx': utf8('model'), 'reference.json': utf8(JSON.stringify(reference)) };
  await database.transaction(async (tx) => {
    const of = { line: 'delay', version: '1.1.0' };
    const texts = { needs: '{}', profiles: '[]', payloads: '[]' };
    await tx.insert(modelVersions).values({
      ...of,
      counter: 1,
      state: 'published',
      algorithm: 'forest',
      subject: '{}',
      card: '{}',
      createdAt: 0,
    });
    await tx.insert(modelVariants).values({
      ...of,
      ...texts,
      variant: 'tree',
      recipe: 'tree',
      archive: SHA256,
      archiveBytes: 1,
      model: SHA256,
      modelBytes: 1,
    });
  });
});
afterEach(() => database.close());

const deps = () => ({ database, artifacts, now: clock.now });

/** What a device counted over an hour; heights of the reference, or all of them high. */
async function windowOf(device: string, hour: number, count: number, isHigh = false) {
  const window = emptyWindow('delay', SHA256, BINS, hour * HOUR_MS, (hour + 1) * HOUR_MS);
  for (let i = 0; i < count; i += 1) observe(window, BINS, { height: isHigh ? 9 : (i % 4) + 0.5 }, (i % 10) / 10);
  const at = window.to;
  const state = { class: 'evidence', highWater: hour + 1, rows: 1, rejected: 0, gapped: 0 };
  await database.transaction(async (tx) => {
    await tx
      .insert(streams)
      .values({ id: device, device, site: 'north', ...state })
      .onConflictDoUpdate({ target: streams.id, set: { highWater: hour + 1 } });
    await tx.insert(telemetry).values({
      stream: device,
      seq: hour + 1,
      device,
      site: 'north',
      kind: 'window',
      at,
      line: 'delay',
      sha256: SHA256,
      asOf: window.from,
      body: JSON.stringify({ kind: 'window', at, window }),
      receivedAt: at,
    });
  });
}

describe('the windows of a candidate', () => {
  it('are judged once they are over and those who were away had their time, and only once', async () => {
    await windowOf('gw-1', 0, 100);
    await windowOf('gw-2', 0, 100);
    await clock.advance(2 * HOUR_MS - 1);
    expect(await assessCandidate(deps(), ROLLOUT)).toEqual([]);
    await clock.advance(1);
    expect(await assessCandidate(deps(), ROLLOUT)).toMatchObject([{ from: 0, count: 200, alarm: false }]);
    expect(await assessCandidate(deps(), ROLLOUT)).toEqual([]);
    expect((await collectEvidence(database.db, ROLLOUT)).drift).toEqual({ judged: 1, alarms: [] });
  });

  it('wait until they hold enough, and the bundle is opened once', async () => {
    await windowOf('gw-1', 0, 100);
    await clock.advance(10 * HOUR_MS);
    expect(await assessCandidate(deps(), ROLLOUT)).toEqual([]);
    await windowOf('gw-1', 5, 60);
    expect(await assessCandidate(deps(), ROLLOUT)).toMatchObject([{ from: 0, to: 6 * HOUR_MS, count: 160 }]);
    expect(opened).toBe(1);
  });

  it('that are not like the training data stand in the evidence as alarms', async () => {
    await windowOf('gw-1', 0, 300, true);
    await clock.advance(2 * HOUR_MS);
    const [verdict] = await assessCandidate(deps(), asking(true));
    expect(verdict?.alarm).toBe(true);
    expect((await collectEvidence(database.db, asking(true))).drift).toEqual({
      judged: 1,
      alarms: [verdict?.sentence],
    });
  });

  it('are left alone where no gate asks for them', async () => {
    await windowOf('gw-1', 0, 300, true);
    await clock.advance(2 * HOUR_MS);
    expect(await assessCandidate(deps(), asking(false))).toEqual([]);
    expect(await assessCandidate(deps(), asking(true))).toHaveLength(1);
  });

  it('can never be judged without a reference, and the parts that lack say so', async () => {
    bundle = { 'model.onnx': utf8('model'), 'manifest.json': utf8(JSON.stringify(WITHOUT_PARTS)) };
    await windowOf('gw-1', 0, 300);
    await clock.advance(2 * HOUR_MS);
    expect(await assessCandidate(deps(), ROLLOUT)).toEqual([]);
    const before = opened;
    const store = { ...artifacts };
    for (let look = 0; look < 3; look += 1) {
      expect(await absentParts({ db: database.db, artifacts: store }, ROLLOUT)).toEqual(['golden', 'reference']);
    }
    expect(opened - before).toBe(1);
  });
});
