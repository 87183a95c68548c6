import { array, assert, constantFrom, integer, property, record, option, double } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binOf, type FeatureBins } from './bins.ts';
import {
  driftWindow,
  emptyWindow,
  observe,
  observeCorrection,
  observeOutcome,
  slicesWith,
  type DriftWindow,
} from './window.ts';
import { mergeWindows } from './windows/merge-windows.ts';

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
  before: double({ noNaN: true }),
  tookMicros: double({ min: 0, max: 1e6, noNaN: true }),
});
const slices = [
  { name: 'steel', feature: 'trade', level: 'steel', rows: 1, positive: 0, score: [] },
  { name: 'painters', feature: 'trade', level: 'paint', rows: 1, positive: 0, score: [] },
];
type Seen = typeof seen extends { generate: unknown } ? Parameters<typeof count>[1][number] : never;

interface One {
  float: number | null;
  trade: string | null;
  score: number;
  label: 0 | 1 | undefined;
  before?: number;
  tookMicros?: number;
}

function count(day: number, all: readonly One[]) {
  const window = emptyWindow('delay', 'ab', bins, day * 10, day * 10 + 10, { slices: 2 });
  for (const { before = 0, tookMicros = 1, ...one } of all) {
    const more = { selected: one.score >= 0.5, slices: slicesWith({ slices }, one) };
    const support = { float: { low: -1, high: 1 } };
    observe(window, bins, one, one.score, 'chance', { ...more, before: { float: before }, support, tookMicros });
    if (one.label !== undefined) observeOutcome(window, one.score, one.label, more);
    if (one.label === 1) observeCorrection(window, one.score, one.label, more);
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
        expect(mergeWindows(byDay(all))).toEqual({ ...count(0, all), from: 0, to: 50, id: expect.any(String) });
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
    const other = { ...window, features: { ...window.features, float: [0] } };
    for (const [merged, code, field] of [
      [[window, { ...window, sha256: 'cd' }], 'window_bins_differ', 'sha256'],
      [[window, other], 'window_bins_differ', 'features.float'],
      [[], 'windows_none', undefined],
    ] as const) {
      expect(() => mergeWindows(merged)).toThrow(expect.objectContaining({ code, field }));
    }
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
