import { array, assert, constantFrom, integer, property, record, option, double } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binOf, type FeatureBins } from './bins.ts';
import { driftWindow, emptyWindow, mergeWindows, observe, observeOutcome, type DriftWindow } from './window.ts';

const bins: FeatureBins[] = [
  { type: 'number', name: 'float', edges: [0, 10] },
  { type: 'category', name: 'trade', levels: ['steel', 'paint'] },
];
const seen = record({
  day: integer({ min: 0, max: 4 }),
  float: option(double()),
  trade: constantFrom('steel', 'paint', 'glass', null),
  score: double({ min: 0, max: 1, noNaN: true }),
  label: constantFrom<(0 | 1 | undefined)[]>(0, 1, undefined),
});
type Seen = typeof seen extends { generate: unknown } ? Parameters<typeof count>[1][number] : never;

function count(
  day: number,
  all: { float: number | null; trade: string | null; score: number; label: 0 | 1 | undefined }[],
) {
  const window = emptyWindow('delay', 'ab', bins, day * 10, day * 10 + 10);
  for (const one of all) {
    observe(window, bins, one, one.score);
    if (one.label !== undefined) observeOutcome(window, one.score, one.label);
  }
  return window;
}

function byDay(all: (Seen & { day: number })[]): DriftWindow[] {
  return [0, 1, 2, 3, 4].map((day) =>
    count(
      day,
      all.filter((one) => one.day === day),
    ),
  );
}

describe('merging windows', () => {
  const many = array(seen, { maxLength: 60 });

  it('gives the same as counting everything at once', () => {
    assert(
      property(many, (all) => {
        expect(mergeWindows(byDay(all))).toEqual({ ...count(0, all), from: 0, to: 50 });
      }),
    );
  });

  it('does not depend on order or grouping', () => {
    assert(
      property(many, (all) => {
        const [a, b, c, d, e] = byDay(all) as [DriftWindow, DriftWindow, DriftWindow, DriftWindow, DriftWindow];
        const left = mergeWindows([mergeWindows([mergeWindows([a, b]), c]), mergeWindows([d, e])]);
        expect(mergeWindows([e, c, a, d, b])).toEqual(left);
        expect(mergeWindows([a, mergeWindows([b, mergeWindows([c, mergeWindows([d, e])])])])).toEqual(left);
      }),
    );
  });

  it('leaves its inputs as they were', () => {
    const window = count(0, [{ float: 1, trade: 'steel', score: 0.5, label: 1 }]);
    const before = structuredClone(window);
    mergeWindows([window, window]);
    mergeWindows([window]).features['float']?.fill(9);
    expect(window).toEqual(before);
  });

  it('is refused for other bins, and for nothing at all', () => {
    const window = emptyWindow('delay', 'ab', bins, 0, 1);
    expect(() => mergeWindows([window, { ...window, sha256: 'cd' }])).toThrow(RangeError);
    expect(() => mergeWindows([])).toThrow(RangeError);
  });
});

describe('a window', () => {
  it('counts each prediction once in every feature and in the score', () => {
    const window = count(0, [
      { float: 3, trade: 'steel', score: 0.99, label: undefined },
      { float: null, trade: 'glass', score: 0, label: undefined },
    ]);
    expect(window).toMatchObject({ count: 2, features: { float: [0, 1, 0, 1], trade: [1, 0, 0, 1] } });
    expect(window.score.reduce((a, b) => a + b)).toBe(2);
    expect(binOf(bins[0]!, 3)).toBe(1);
  });

  it('keeps outcomes by the score of their prediction, and has none until one matured', () => {
    const window = emptyWindow('delay', 'ab', bins, 0, 1);
    expect(window.matured).toBeUndefined();
    observeOutcome(window, 0.99, 1);
    observeOutcome(window, 0.01, 0);
    expect(window.matured?.positive.at(-1)).toBe(1);
    expect(window.matured?.negative.at(0)).toBe(1);
  });

  it('crosses the wire as it is', () => {
    const window = count(0, [{ float: 3, trade: 'steel', score: 0.5, label: 1 }]);
    expect(driftWindow.parse(JSON.parse(JSON.stringify(window)))).toEqual(window);
  });
});
