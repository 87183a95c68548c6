import { array, assert, boolean, double, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeWeights, encodeWeights } from './weights.ts';

const SHA = 'ab'.repeat(32);
const shares = array(array(double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }), { maxLength: 4 });
const sizesOf = (lists: readonly (readonly number[])[]) => lists.map((list) => list.length);

describe('weights of branches', () => {
  it('come back within half a step, in a byte each behind a header of twenty', () => {
    assert(
      property(shares, boolean(), (lists, madeUp) => {
        const bytes = encodeWeights({ shares: lists.map((list) => Float64Array.from(list)), madeUp }, SHA);
        expect(bytes).toHaveLength(20 + lists.flat().length);
        const read = decodeWeights(bytes, sizesOf(lists), SHA)!;
        expect(read.madeUp).toBe(madeUp);
        for (const [at, list] of lists.entries()) {
          for (const [branch, share] of list.entries()) {
            expect(Math.abs(read.shares[at]![branch]! - share)).toBeLessThanOrEqual(1 / 255);
            // A side that some rows took never becomes none.
            expect([0, 1].includes(read.shares[at]![branch]!)).toBe(share === 0 || share === 1);
          }
        }
      }),
    );
  });

  const good = encodeWeights({ shares: [Float64Array.of(0.25, 0.5, 1)], madeUp: false }, SHA);
  const changed = (at: number, value: number) => good.with(at, value);

  it.each<[string, Uint8Array, number[], string]>([
    ['another model', good, [3], 'cd'.repeat(32)],
    ['another number of branches', good, [4], SHA],
    ['bytes that were cut', good.subarray(0, -1), [3], SHA],
    ['no bytes', new Uint8Array(), [], SHA],
    ['another magic', changed(0, 1), [3], SHA],
    ['a later version', changed(4, 2), [3], SHA],
    ['a flag that is not known', changed(5, 2), [3], SHA],
    ['a count that contradicts the length', changed(8, 9), [3], SHA],
  ])('of %s are not taken', (_, bytes, sizes, sha256) => {
    expect(decodeWeights(good, [3], SHA)).toBeDefined();
    expect(decodeWeights(bytes, sizes, sha256)).toBeUndefined();
  });
});
