import { expect, it } from 'vitest';
import { jump, measureDelays, sea } from './delays.ts';
import { evidentlyAlarms, kolmogorovSmirnov, plainPsi } from './evidently.ts';
import { countFalseAlarms } from './stable.ts';

it('the rules beside ours are what they are known to be', () => {
  // D = 0.2 with 100 rows on either side: the p of tables, 0.037 (asymptotic, corrected 0.031).
  expect(kolmogorovSmirnov([60, 40], [40, 60])).toBeCloseTo(0.031, 2);
  expect(plainPsi([50, 50], [70, 30])).toBeCloseTo(0.2 * Math.log(7 / 3), 10);
  expect(evidentlyAlarms('category', [500, 500], [350, 650])).toBe(true);
  expect(evidentlyAlarms('number', [5_000, 5_000], [5_010, 4_990])).toBe(false);
});

it('where nothing changed they alarm often in small windows, and ours does not', () => {
  const { ours, psi, evidently } = countFalseAlarms(50, 200, 9);
  expect(ours).toBeLessThanOrEqual(3);
  expect(psi).toBeGreaterThan(100);
  expect(evidently).toBeGreaterThan(20);
});

it('a change is found in time on either stream', () => {
  for (const stream of [jump, sea]) {
    const { delay, missed, falsePerThousand } = measureDelays('e-detector', stream, 5);
    expect({ missed, falsePerThousand }).toEqual({ missed: 0, falsePerThousand: 0 });
    expect(delay).toBeLessThan(250);
  }
});
