import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../testing/seeded-random.ts';
import { wander, type WanderedCounts, type Wandering } from '../../testing/wandering-fleet.ts';
import { lossAgainstOwnPast, type LossBlock } from '../estimate/own-past-loss.ts';
import { blocksOfBins } from './bin-blocks.ts';
import { blockLengthOf, memoryOf, testOwnPast } from './own-past.ts';
import { fTail } from './beta.ts';
import { fQuantile } from './quantiles.ts';

const DAY_MS = 86_400_000;
const PAST = 12;
const memory = memoryOf(28 * DAY_MS);
const FAR = [0, 0, 0, 0.5, 0.5];
/** A w of about 0.8. */
const MOVED = { to: FAR, part: 0.65 };

function testOf(counts: readonly WanderedCounts[]) {
  const [past, now] = [counts.filter(({ at }) => at < PAST), counts.filter(({ at }) => at >= PAST)];
  const blocks = blocksOfBins(past, now);
  return blocks && testOwnPast(blocks.past, blocks.now, memory);
}
const of = (sites: number, kind: Wandering['kind'], more: Partial<Wandering> = {}): Wandering => {
  return { sites, rows: 40, past: PAST, window: 1, kind, ...more };
};
const STILL = { name: 'still' } as const;
const PHASES = { name: 'phases', from: 2, to: 6, strength: 1 } as const;

describe('a fleet against its own past', () => {
  it.each<[string, Wandering['kind']]>([
    ['stand still', STILL],
    ['wander with a memory of months', { name: 'weekly', correlation: 0.8, strength: 0.5 }],
    ['go through phases of two to six months', PHASES],
    ['have a season', { name: 'season', strength: 0.3 }],
  ])('is within the budget while its sites %s', (_, kind) => {
    const { next } = createSeededRandom(3);
    const ps = [4, 6, 12].flatMap((sites) =>
      Array.from(
        { length: 40 },
        (_unused, i) => testOf(wander(next, of(sites, kind, { window: (i % 3) + 1 })))?.p ?? 1,
      ),
    );
    expect(ps.filter((p) => p <= 0.05).length).toBeLessThanOrEqual(6);
    expect(ps.filter((p) => p <= 0.001)).toEqual([]);
  });

  it('is seen to move with six sites, where they are nothing alike', () => {
    const { next } = createSeededRandom(4);
    const found = Array.from({ length: 12 }, () => testOf(wander(next, of(6, STILL, { shift: MOVED }))));
    expect(found.every((one) => one !== undefined && one.p < 1e-5)).toBe(true);
    const effects = found.map((one) => one?.effect ?? 0);
    expect(effects.reduce((all, one) => all + one, 0) / effects.length).toBeCloseTo(0.8, 1);
    expect(found[0]).toMatchObject({ sites: 6, below: expect.any(Number) });
  });

  it('does not move by one site alone, however far that goes and however much it counts', () => {
    const { next } = createSeededRandom(5);
    for (let i = 0; i < 12; i += 1) {
      const still = wander(next, of(6, STILL));
      const loud = still.map((one) => {
        return one.site === 's2' && one.at >= PAST ? { ...one, counts: [0, 0, 0, 0, 100_000] } : one;
      });
      expect(testOf(loud)?.p).toBeGreaterThan(0.001);
    }
  });

  it('is made of sites that were there before and are now', () => {
    const { next } = createSeededRandom(6);
    const counts = wander(next, of(6, STILL));
    const known = testOf(counts);
    const fresh = { site: 'new', at: PAST, counts: [0, 0, 0, 0, 900] };
    const gone = { site: 'gone', at: 3, counts: [0, 0, 900, 0, 0] };
    const more = testOf([...counts, fresh, gone]);
    expect(more).toMatchObject({ sites: 6, n: known?.n });
    expect(more?.bySite.map(({ site }) => site)).toEqual(known?.bySite.map(({ site }) => site));
  });

  it('is not judged with too little to go by', () => {
    const { next } = createSeededRandom(7);
    expect(testOf(wander(next, of(3, STILL)))).toBeUndefined();
    const brief = wander(next, of(6, STILL)).filter(({ at }) => at >= PAST - 2);
    expect(testOf(brief)).toBeUndefined();
    expect(testOf(wander(next, of(6, STILL)).filter(({ at }) => at >= PAST))).toBeUndefined();
    expect(testOf(wander(next, of(6, STILL)).map((one) => ({ ...one, counts: [one.counts.length] })))).toBeUndefined();
  });

  it('is cut into blocks of a week to four', () => {
    expect([1, 7, 10, 90].map((days) => blockLengthOf(days * DAY_MS) / DAY_MS)).toEqual([7, 7, 10, 28]);
    expect([memory(0), memory(1)]).toEqual([1, 0.8]);
    expect(memoryOf(7 * DAY_MS)(4)).toBeCloseTo(0.8, 12);
  });

  it('has a threshold whose tail is what was asked for', () => {
    for (const p of [0.5, 0.01, 1e-6]) expect(fTail(fQuantile(p, 3.3, 21), 3.3, 21) / p).toBeCloseTo(1, 5);
    expect([fQuantile(1, 2, 9), fQuantile(0, 2, 9)]).toEqual([0, Infinity]);
  });
});

function losses(seed: number, grown: number, only?: string) {
  const { next } = createSeededRandom(seed);
  const blocks = Array.from({ length: 6 * (PAST + 1) }, (_, i): LossBlock => {
    const [site, at] = [`s${i % 6}`, Math.floor(i / 6)];
    const isWorse = at === PAST && (only === undefined || site === only);
    const mean = 0.15 + (i % 6) / 50 + (isWorse ? grown : 0);
    const each = Array.from({ length: 60 }, () => 2 * mean * next());
    const [loss, squares] = [each, each.map((one) => one ** 2)].map((all) => all.reduce((sum, one) => sum + one, 0));
    return { site, at, n: 60, loss: loss ?? 0, squares: squares ?? 0 };
  });
  return lossAgainstOwnPast(
    blocks.filter(({ at }) => at < PAST),
    blocks.filter(({ at }) => at === PAST),
    memory,
  );
}

describe('losses against their own past', () => {
  const SEEDS = Array.from({ length: 12 }, (_, seed) => 30 + seed);

  it('of six sites tell a Brier score that grew by 0.05, and say nothing of one that did not or fell', () => {
    const found = SEEDS.map((seed) => losses(seed, 0.05));
    expect(found.filter((one) => one !== undefined && one.p < 1e-4).length).toBeGreaterThanOrEqual(11);
    expect(found[0]?.grown).toBeCloseTo(0.05, 1);
    expect(SEEDS.every((seed) => (losses(seed, 0)?.p ?? 0) > 0.001)).toBe(true);
    expect(SEEDS.every((seed) => (losses(seed, -0.1)?.p ?? 0) > 0.5)).toBe(true);
  });

  it('do not grow by one site alone', () => {
    expect(SEEDS.every((seed) => (losses(seed, 0.6, 's1')?.p ?? 0) > 0.0005)).toBe(true);
  });
});
