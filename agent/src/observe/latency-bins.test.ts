import { array, assert, double, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LATENCY_BINS, latencyBin, latencyQuantile } from './latency-bins.ts';

const counted = (times: readonly number[]) => {
  const counts = new Uint32Array(LATENCY_BINS);
  for (const time of times) counts[latencyBin(time)]! += 1;
  return counts;
};

describe('the bins of latency', () => {
  it('give every quantile within 2.3 % of the true one', () => {
    const times = array(double({ min: 1, max: 6e7, noNaN: true }), { minLength: 1, maxLength: 200 });
    assert(
      property(times, double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const sorted = all.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(all.length * share)) - 1] ?? Number.NaN;
        const read = latencyQuantile(counted(all), share) ?? Number.NaN;
        expect(Math.abs(read / exact - 1)).toBeLessThan(0.023);
      }),
    );
  });

  it.each([0, -1, 0.5, Number.NaN])('count %d as the shortest time there is', (time) => {
    expect(latencyBin(time)).toBe(0);
  });

  it.each([2 ** 26, 1e12, Infinity])('count %d as the longest', (time) => {
    expect(latencyBin(time)).toBe(LATENCY_BINS - 1);
  });

  it('say nothing of nothing', () => {
    expect(latencyQuantile(new Uint32Array(LATENCY_BINS), 0.95)).toBeUndefined();
  });
});
