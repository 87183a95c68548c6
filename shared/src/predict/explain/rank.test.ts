import { array, assert, double, integer, property } from 'fast-check';
import { expect, it } from 'vitest';
import type { Feature } from '../../manifest/feature.ts';
import { rankReasons } from './rank.ts';

const features = ['d', 'b', 'a', 'c', 'none'].map((name): Feature => ({
  name,
  type: 'number',
  missing: 'accept',
  from: { column: `${name}_column` },
}));
const record = { values: { a_column: 1, b_column: 2, c_column: 3, d_column: 4 }, asOf: 0 };

it('reasons are the largest contributions either way, ties by name, and none that add nothing', () => {
  const contributions = Float64Array.of(0.25, -0.5, -0.25, 0.25, 0);
  expect(rankReasons({ scale: 'margin', approximate: false }, features, record, contributions, 10)).toEqual([
    { feature: 'b', value: 2, contribution: -0.5, approximate: false, scale: 'margin' },
    { feature: 'a', value: 1, contribution: -0.25, approximate: false, scale: 'margin' },
    { feature: 'c', value: 3, contribution: 0.25, approximate: false, scale: 'margin' },
    { feature: 'd', value: 4, contribution: 0.25, approximate: false, scale: 'margin' },
  ]);
  expect(rankReasons({ scale: 'score', approximate: true }, features, record, contributions, 1)).toEqual([
    { feature: 'b', value: 2, contribution: -0.5, approximate: true },
  ]);
});

it('reasons are those that sorting everything would put first', () => {
  const amounts = array(double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 });
  assert(
    property(amounts, integer({ min: 0, max: 6 }), (list, top) => {
      const sorted = list
        .map((contribution, at) => ({ contribution, name: features[at]!.name }))
        .filter(({ contribution }) => Math.abs(contribution) > 1e-9)
        .toSorted((x, y) => Math.abs(y.contribution) - Math.abs(x.contribution) || (x.name < y.name ? -1 : 1));
      const ranked = rankReasons(
        { scale: 'score', approximate: false },
        features,
        record,
        Float64Array.from(list),
        top,
      );
      expect(ranked.map(({ feature }) => feature)).toEqual(sorted.slice(0, top).map(({ name }) => name));
    }),
  );
});

it('reasons name no private feature, however much it moves the score', () => {
  const known = features.map((one) => (one.name === 'b' ? { ...one, private: true } : one));
  const contributions = Float64Array.of(0.25, -0.5, -0.25, 0.25, 0);
  const ranked = rankReasons({ scale: 'margin', approximate: false }, known, record, contributions, 2);
  expect(ranked.map(({ feature }) => feature)).toEqual(['a', 'c']);
});
