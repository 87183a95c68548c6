import { describe, expect, it } from 'vitest';
import { shareOfDifference } from './difference.ts';
import { pooledBins } from './pooled-bins.ts';

describe('bins as a look joins them', () => {
  it('joins what is rare in training until five of the window may be expected there', () => {
    const bins = pooledBins(['a', 'b', 'c', '(missing)'], [600, 300, 90, 10], [30, 15, 4, 1]);
    expect(bins.map(({ name, reference, now }) => [name, reference, now])).toEqual([
      ['a', 600, 30],
      ['b', 300, 15],
      ['c + (missing)', 100, 5],
    ]);
  });

  it('loses nothing, whatever is counted', () => {
    const bins = pooledBins(['a', 'b', 'c'], [1, 1, 998], [0, 0, 3]);
    expect(bins).toEqual([{ name: 'a + b + c', of: ['a', 'b', 'c'], reference: 1000, now: 3 }]);
  });

  it('leaves the window no say: a bin that training never saw joins the rarest', () => {
    const bins = pooledBins(['a', 'b', '(unseen)'], [500, 500, 0], [10, 10, 80]);
    expect(bins.map(({ name, now }) => [name, now])).toEqual([
      ['a + (unseen)', 90],
      ['b', 10],
    ]);
  });
});

describe('the share of predictions in other bins', () => {
  it.each([
    [[5, 5], [50, 50], 0],
    [[10, 0], [0, 10], 1],
    [[3, 1], [1, 1], 0.25],
  ])('of %j against %j is %d', (before, now, share) => {
    expect(shareOfDifference(before, now)).toBeCloseTo(share);
  });

  it('is unknown where nothing was counted', () => {
    expect(shareOfDifference([1, 2], [0, 0])).toBeNull();
  });
});
