import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../testing/seeded-random.ts';
import type { Alarm, DetectorName } from './detector.ts';
import { DETECTOR_NAMES, DETECTORS } from './detectors.ts';
import { eDetector } from './e-detector.ts';

/** Rows of an error rate each; alarms with the 1-based row at which they fired. */
function watch(
  name: DetectorName,
  rates: readonly [rate: number, rows: number][],
  seed: number,
  options: object = {},
): (Alarm & { position: number })[] {
  const { next } = createSeededRandom(seed);
  const detector = DETECTORS[name];
  let [state, position] = [detector.start(options), 0];
  const alarms: (Alarm & { position: number })[] = [];
  for (const [rate, rows] of rates) {
    for (let i = 0; i < rows; i += 1) {
      position += 1;
      const taken = detector.take(state, { n: 1, errors: next() < rate ? 1 : 0 });
      state = taken.state;
      if (taken.alarm !== undefined) alarms.push({ position, ...taken.alarm });
    }
  }
  return alarms;
}

const SEEDS = Array.from({ length: 20 }, (_, i) => 1 + i * 7919);

describe.each([
  // Mean delay that is known: FACTS has 106, 109 and 306, on a stream of its own.
  ['hddm-a', 160],
  ['page-hinkley', 130],
  ['adwin', 310],
  ['e-detector', 130],
  ['psi', 501],
  ['chi2', 501],
] as const)('%s', (name, slowest) => {
  it(`finds errors that grow from 0.1 to 0.3 within ${slowest} rows on average, and nothing before`, () => {
    const delays = SEEDS.flatMap((seed) => {
      const [first] = watch(
        name,
        [
          [0.1, 1_500],
          [0.3, 1_500],
        ],
        seed,
      );
      return first === undefined || first.position <= 1_500 ? [] : [first.position - 1_500];
    });
    expect(delays.length).toBeGreaterThanOrEqual(SEEDS.length - 1);
    expect(delays.reduce((sum, delay) => sum + delay, 0) / delays.length).toBeLessThan(slowest);
  });

  it('alarms once for one change, and again for the next', () => {
    const alarms = watch(
      name,
      [
        [0.05, 2_000],
        [0.3, 2_000],
        [0.7, 2_000],
      ],
      3,
    );
    expect(alarms.map(({ position }) => Math.floor((position - 1) / 2_000))).toEqual([1, 2]);
    for (const { statistic, threshold } of alarms) expect(statistic).toBeGreaterThanOrEqual(threshold);
  });

  it('does not alarm when errors become rarer', () => {
    expect(
      watch(
        name,
        [
          [0.4, 2_000],
          [0.1, 2_000],
        ],
        5,
      ),
    ).toEqual([]);
  });

  it('goes on from its state as JSON as if it had never stopped, and leaves the state it was given as it was', () => {
    const { next } = createSeededRandom(11);
    const detector = DETECTORS[name];
    let [plain, stored] = [detector.start(), detector.start()];
    for (let i = 0; i < 700; i += 1) {
      const x = { n: 1, errors: next() < (i < 400 ? 0.1 : 0.5) ? 1 : 0 };
      const frozen = JSON.stringify(stored);
      const [one, other] = [detector.take(plain, x), detector.take(JSON.parse(frozen) as object, x)];
      detector.take(stored, x);
      expect(JSON.stringify(stored)).toBe(frozen);
      expect(other).toEqual(one);
      [plain, stored] = [one.state, other.state];
    }
  });

  it('takes the counts of days as well, and days without any', () => {
    const { next } = createSeededRandom(17);
    const detector = DETECTORS[name];
    let state = detector.start({ window: 400 });
    const alarms: number[] = [];
    for (let day = 0; day < 120; day += 1) {
      const n = day % 7 === 6 ? 0 : 40;
      const errors = Array.from({ length: n }, next).filter((x) => x < (day < 60 ? 0.1 : 0.35)).length;
      const taken = detector.take(state, { n, errors });
      state = taken.state;
      if (taken.alarm !== undefined) alarms.push(day);
    }
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toBeGreaterThanOrEqual(60);
    expect(alarms[0]).toBeLessThan(95);
  });
});

/** Looks until the first alarm, at most `most`, on average over streams of one rate. */
function meanRunLength(options: object, rate: number, most: number): number {
  const runs = 60;
  const { next } = createSeededRandom(23);
  let looks = 0;
  for (let run = 0; run < runs; run += 1) {
    let state = eDetector.start(options);
    for (let i = 0; i < most; i += 1) {
      looks += 1;
      const taken = eDetector.take(state, { n: 1, errors: next() < rate ? 1 : 0 });
      if (taken.alarm !== undefined) break;
      state = taken.state;
    }
  }
  return looks / runs;
}

describe('the e-detector', () => {
  // Cut short, a mean is only smaller: what is asked for here is less than what is promised.
  it.each([
    ['that is known', { runLength: 300, baseRate: 0.1 }, 0.1],
    ['that is known, on a stream that is better', { runLength: 300, baseRate: 0.1 }, 0.05],
    ['that is estimated', { runLength: 300, warmUp: 100 }, 0.1],
    ['that is estimated, where errors are common', { runLength: 300, warmUp: 100 }, 0.6],
  ])('runs as long as it promises with a base rate %s', (_, options, rate) => {
    expect(meanRunLength(options, rate, 3_000)).toBeGreaterThan(300);
  });

  it('says it again while a stream stays worse than a base rate that is known', () => {
    expect(watch('e-detector', [[0.3, 2_000]], 1, { baseRate: 0.1 }).length).toBeGreaterThan(10);
    expect(watch('e-detector', [[0.3, 2_000]], 1).length).toBe(0);
  });

  it('stays finite when a day is nothing but errors', () => {
    const { alarm } = eDetector.take(eDetector.start({ baseRate: 0.01 }), { n: 100_000, errors: 100_000 });
    expect(Number.isFinite(alarm?.statistic)).toBe(true);
  });
});

it('every detector stands under its own name', () => {
  for (const name of DETECTOR_NAMES) expect(DETECTORS[name].name).toBe(name);
});
