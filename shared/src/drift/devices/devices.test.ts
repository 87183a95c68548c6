import { describe, expect, it } from 'vitest';
import { drawCounts } from '../../testing/draw-counts.ts';
import { createSeededRandom } from '../../testing/seeded-random.ts';
import { assessDevices } from './assess-devices.ts';
import { capDevices, type DeviceCounts } from './cap-devices.ts';

const TENTHS = Array<number>(10).fill(0.1);
/** Effect about 0.6. */
const MOVED = [0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.13, 0.16, 0.18, 0.2];
const features = [{ name: 'x', before: Array<number>(10).fill(200) }];

function fleet(seed: number, count: number, shares: readonly number[]): DeviceCounts[] {
  const { next } = createSeededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    return { device: `d${i}`, site: `s${i % 20}`, n: 20, counts: [drawCounts(next, 20, shares)] };
  });
}
const device = (n: number, counts: number[]): DeviceCounts => ({ device: 'liar', site: 's0', n, counts: [counts] });
const SEEDS = Array.from({ length: 15 }, (_, seed) => 100 + seed);

describe('one device in fifty', () => {
  it('that counts a thousand times as many does not hide what has moved on all others', () => {
    for (const seed of SEEDS) {
      const honest = fleet(seed, 49, MOVED);
      const quiet = device(20_000, Array<number>(10).fill(2_000));
      expect(assessDevices(features, [...honest, quiet]).alarm).toBe(assessDevices(features, honest).alarm);
      expect(assessDevices(features, honest).alarm).toBe(true);
    }
  });

  it.each([
    ['everything in one bin', [0, 0, 0, 0, 0, 0, 0, 0, 0, 20_000]],
    ['a million of one value', [1_000_000, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['half of its rows moved', [1_000, 1_000, 0, 0, 0, 0, 0, 0, 9_000, 9_000]],
  ])('raises no alarm by itself: %s', (_, counts) => {
    for (const seed of SEEDS) {
      const n = counts.reduce((a, b) => a + b);
      expect(assessDevices(features, [...fleet(seed, 49, TENTHS), device(n, counts)]).alarm).toBe(false);
    }
  });

  it('has no more than three times its even share, and takes nothing from devices of even size', () => {
    const counts = capDevices([...fleet(1, 49, TENTHS), device(20_000, Array<number>(10).fill(2_000))]);
    const sizes = counts.weights.map((weight, i) => weight * (i < 49 ? 20 : 20_000));
    const total = sizes.reduce((a, b) => a + b);
    expect((sizes[49] ?? 0) / total).toBeCloseTo(3 / 50, 10);
    const even = capDevices(fleet(1, 50, TENTHS));
    expect(even.n).toBeCloseTo(1_000, 9);
    expect(even.weights.every((weight) => weight === 1)).toBe(true);
  });
});

const many = (n: number, shares: readonly number[]) => shares.map((share) => Math.round(share * n));
const named = (one: DeviceCounts, name: string) => ({ ...one, device: name });

describe('few devices', () => {
  it('alarm only when a second one agrees', () => {
    const [still, moved] = [device(500, many(500, TENTHS)), device(500, many(500, MOVED))];
    const verdict = assessDevices(features, [named(still, 'a'), named(still, 'b'), named(moved, 'c')]);
    expect(verdict.alarm).toBe(false);
    expect(assessDevices(features, [named(moved, 'a'), named(still, 'b'), named(moved, 'c')]).alarm).toBe(true);
    expect(assessDevices(features, [named(moved, 'a')])).toMatchObject({ alarm: false, hangsOn: 'a' });
    expect(assessDevices(features, [])).toMatchObject({ alarm: false, devices: 0 });
  });
});
