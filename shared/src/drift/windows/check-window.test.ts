import { assert, double, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildReference } from '../reference.ts';
import { emptyWindow, observe, observeCorrection, observeOutcome, slicesWith, type DriftWindow } from '../window.ts';
import { checkMerged, checkWindow } from './check-window.ts';
import { octaveOf } from './octaves.ts';

const DAY_MS = 86_400_000;
const TODAY = 20_000 * DAY_MS;
const of = {
  ...buildReference(
    [
      { type: 'number', name: 'float', edges: [10] },
      { type: 'category', name: 'trade', levels: ['steel', 'paint'] },
    ],
    [{ float: 1, trade: 'steel' }],
    [0.5],
  ),
  support: { float: { low: 0, high: 100 } },
  slices: [{ name: 'steel', feature: 'trade', level: 'steel', rows: 1, positive: 0, score: [] }],
};
const bins = of.features.map((one) => one.bins);

function honest(): DriftWindow {
  const window = emptyWindow('delay', 'ab', bins, TODAY, TODAY + DAY_MS, { slices: 1 });
  for (const [float, trade, score] of [
    [3, 'steel', 0.9],
    [3, 'paint', 0.1],
    [null, 'glass', 0.4],
    [500, 'steel', 0.6],
  ] as const) {
    const values = { float, trade };
    const more = { slices: slicesWith(of, values), selected: score >= 0.5 };
    observe(window, bins, values, score, 'chance', {
      ...more,
      support: of.support,
      before: { float: 3 },
      tookMicros: 90,
    });
  }
  observeOutcome(window, 0.9, 1, { slices: [0], selected: true });
  observeOutcome(window, 0.1, 0);
  observeCorrection(window, 0.1, 0);
  return window;
}

const at = { receivedAt: TODAY + 2 * DAY_MS, releasedAt: TODAY - DAY_MS };
const check = (change: (window: DriftWindow) => unknown) => {
  const window = honest();
  change(window);
  return checkWindow(window, of, at);
};

describe('a window', () => {
  it('of an honest device is taken, also where it holds outcomes alone', () => {
    expect(checkWindow(honest(), of, at)).toBeUndefined();
    expect(checkMerged(honest())).toBeUndefined();
    const later = emptyWindow('delay', 'ab', [], TODAY, TODAY + DAY_MS);
    observeOutcome(later, 0.6, 1, { slices: [0], selected: true });
    expect(checkWindow(later, of, at)).toBeUndefined();
    expect(checkWindow(emptyWindow('delay', 'ab', [], TODAY, TODAY + DAY_MS), undefined, at)).toBeUndefined();
  });

  it.each<[string, string, string, (window: DriftWindow) => unknown]>([
    ['a feature nobody knows', 'window_bins_differ', 'features.wage', (w) => (w.features['wage'] = [4])],
    ['other bins', 'window_bins_differ', 'features.float', (w) => w.features['float']?.push(0)],
    ['the shape of a category', 'window_bins_differ', 'shape.trade', (w) => (w.shape['trade'] = w.shape['float']!)],
    ['more slices', 'window_bins_differ', 'slices', (w) => w.slices.push({ score: [], selected: 0 })],
    ['more score bins', 'window_bins_differ', 'score', (w) => w.score.push(0)],
    ['a row more in a feature', 'window_counts_differ', 'features.trade', (w) => (w.features['trade']![0]! += 1)],
    ['a count of its own', 'window_counts_differ', 'features.float', (w) => (w.count = 5)],
    ['scores of nobody', 'window_counts_differ', 'score', (w) => (w.score[0]! += 1)],
    ['times of nobody', 'window_counts_differ', 'latency', (w) => (w.latency[0]![1] += 1)],
    ['more octaves', 'window_counts_differ', 'shape.float.octaves', (w) => (w.shape['float']!.octaves[0]![1] += 1)],
    ['too many repeats', 'window_counts_differ', 'shape.float.repeats', (w) => (w.shape['float']!.repeats = 9)],
    ['more before than now', 'window_counts_differ', 'shape.float.compared', (w) => (w.shape['float']!.compared = 9)],
    ['more outside than there are', 'window_counts_differ', 'shape.float.below', (w) => (w.shape['float']!.below = 9)],
    ['a slice larger than all', 'window_counts_differ', 'slices[0].score', (w) => (w.slices[0]!.score[3]! += 1)],
    ['more selected', 'window_counts_differ', 'slices[0].selected', (w) => (w.slices[0]!.selected = 3)],
    ['more late in a slice', 'window_counts_differ', 'matured.slices[0]', (w) => (w.matured!.slices[0]!.fn = 1)],
    ['a period off the raster', 'window_period', 'from', (w) => (w.from += 1)],
    ['a period without length', 'window_period', 'from', (w) => (w.to = w.from)],
    ['a day to come', 'window_future', 'from', (w) => ((w.from += 4 * DAY_MS), (w.to += 4 * DAY_MS))],
    ['a day before the model', 'window_past', 'to', (w) => ((w.from -= 2 * DAY_MS), (w.to -= 2 * DAY_MS))],
  ])('with %s is refused: %s at %s', (_, code, field, change) => {
    expect(check(change)).toMatchObject({ code, field, expected: expect.any(String) });
  });

  it('of a whole day has no more outcomes than predictions, score by score, and takes back only what it had', () => {
    const labels = honest();
    observeOutcome(labels, 0.9, 0);
    expect(checkMerged(labels)).toMatchObject({ code: 'labels_exceed_predictions', field: 'matured[18]' });
    const back = honest();
    observeCorrection(back, 0.4, 1);
    expect(checkMerged(back)).toMatchObject({ code: 'labels_exceed_predictions', field: 'corrections.positive[8]' });
  });
});

describe('an octave', () => {
  it.each([
    [0, -128],
    [-0, -128],
    [1, 0],
    [-1, 0],
    [1.999, 0],
    [2, 1],
    [0.5, -1],
    [8, 3],
    [7.999999999999999, 2],
    [Infinity, 127],
    [5e-324, -127],
  ])('of %d is %d', (value, octave) => {
    expect(octaveOf(value)).toBe(octave);
  });

  it('holds its value between its own power of two and the next', () => {
    assert(
      property(double({ min: 1e-30, max: 1e30, noNaN: true }), (value) => {
        const low = 2 ** octaveOf(value);
        expect(value >= low && value < 2 * low).toBe(true);
      }),
    );
  });
});
