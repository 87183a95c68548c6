import { DETECTORS, type DetectorName } from '../../../shared/src/drift/index.ts';
import { createSeededRandom } from '../../../shared/src/testing/index.ts';

/** A stream of errors: 1 where a model that knew the first half was wrong. */
export type ErrorStream = (next: () => number, row: number) => 0 | 1;

export const BEFORE = 2_000;
const AFTER = 2_000;

/** The error rate itself grows from 0.1 to 0.3. */
export const jump: ErrorStream = (next, row) => (next() < (row < BEFORE ? 0.1 : 0.3) ? 1 : 0);

/**
 * SEA (Street and Kim 2001), concept 3 to 4: late is attrib1 + attrib2 ≤ 7, then ≤ 9.5, one label in ten turned; the
 * model goes on saying ≤ 7.
 */
export const sea: ErrorStream = (next, row) => {
  const sum = 10 * next() + 10 * next();
  const label = sum <= (row < BEFORE ? 7 : 9.5) !== next() < 0.1;
  return label === sum <= 7 ? 0 : 1;
};

export interface Delays {
  /** Mean rows from the change to the first alarm after it. */
  delay: number;
  /** Share of streams in which the change was not found. */
  missed: number;
  /** Alarms before the change for each 1,000 rows. */
  falsePerThousand: number;
}

export function measureDelays(name: DetectorName, stream: ErrorStream, streams: number, options: object = {}): Delays {
  const detector = DETECTORS[name];
  const delays: number[] = [];
  let early = 0;
  for (let i = 0; i < streams; i += 1) {
    const { next } = createSeededRandom(1 + i * 7919);
    let state = detector.start(options);
    for (let row = 0; row < BEFORE + AFTER; row += 1) {
      const taken = detector.take(state, { n: 1, errors: stream(next, row) });
      state = taken.state;
      if (taken.alarm === undefined) continue;
      if (row < BEFORE) early += 1;
      else {
        delays.push(row - BEFORE + 1);
        break;
      }
    }
  }
  return {
    delay: delays.reduce((sum, delay) => sum + delay, 0) / delays.length,
    missed: 1 - delays.length / streams,
    falsePerThousand: (1_000 * early) / (streams * BEFORE),
  };
}

/** Mean looks until the e-detector is wrong; no stream is cut short. */
export function meanRunLength(options: object, rate: number, streams: number): number {
  const detector = DETECTORS['e-detector'];
  const { next } = createSeededRandom(41);
  let looks = 0;
  for (let i = 0; i < streams; i += 1) {
    let state = detector.start(options);
    for (;;) {
      looks += 1;
      const taken = detector.take(state, { n: 1, errors: next() < rate ? 1 : 0 });
      if (taken.alarm !== undefined) break;
      state = taken.state;
    }
  }
  return looks / streams;
}
