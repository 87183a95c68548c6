import { createSeededRandom } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import { workOverBadLine } from './bad-line.ts';
import type { Fault } from './proxy.ts';

/** A half-open line and one that drips are noticed after half a minute: those are left to the soak. */
const QUICK: readonly Fault[] = ['cut', 'reset', 'delay', 'bandwidth', 'corrupt', 'cut mid-frame'];

describe.each([
  { line: 'encrypted', plain: false, seed: 31 },
  { line: 'plain', plain: true, seed: 32 },
])('a gateway behind a bad $line line', ({ plain, seed }) => {
  it('loses nothing, doubles nothing and takes the newest release once the line is good', async () => {
    const random = createSeededRandom(seed);
    const sums = await workOverBadLine({
      random,
      plain,
      badMs: 3000,
      strikes: 6,
      strikesWithinMs: 300,
      slowForMs: 1000,
      healWithinMs: 60_000,
      faults: QUICK,
    });
    console.log(JSON.stringify(sums));
    expect(sums).toMatchObject({ lost: 0, doubled: 0, holes: 0 });
    expect(sums.acknowledged).toBeGreaterThan(10);
    const { none: _none, ...struck } = sums.connections;
    expect(Object.keys(struck).length, 'kinds of faults').toBeGreaterThan(1);
  }, 100_000);
});
