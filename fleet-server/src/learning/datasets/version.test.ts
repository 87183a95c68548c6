import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { datasetVersion, dueWithin, labelsKnownBefore, splitBySite, summary } from './index.ts';
import type { Dataset, Example } from './index.ts';

function exampleOf(place: number, more: Partial<Example> = {}): Example {
  const startAt = Date.UTC(2023, place, 1);
  const [dueAt, knownAt] = [Date.UTC(2023, place + 1, 1), Date.UTC(2023, place + 2, 1)];
  const label = place % 2 === 0 ? 0 : 1;
  const names = { ref: `r${place}`, site: `s${place % 3}`, group: `g${place}` };
  return { ...names, startAt, dueAt, knownAt, label, values: { size: place, trade: 'steel' }, ...more };
}

const examples = Array.from({ length: 24 }, (_, place) => exampleOf(place));
const dataset: Dataset = {
  name: 'made',
  version: '',
  reader: 'table',
  sources: [{ name: 'a.csv', sha256: '', rows: 26 }],
  features: [
    { name: 'size', type: 'number', missing: 'accept', from: { column: 'size' } },
    { name: 'trade', type: 'category', missing: 'accept', from: { column: 'trade' } },
  ],
  target: 'late',
  split: 'time',
  examples,
  rejected: [
    { source: 'a.csv', line: 3, code: 'mixed_type', message: '' },
    { source: 'a.csv', line: 4, code: 'mixed_type', message: '' },
  ],
  counts: { kept: 24, mixed_type: 2 },
};
const version = datasetVersion(dataset);

describe('datasetVersion', () => {
  test('is a SHA-256 that the order of rows and of keys does not change', () => {
    expect(version).toMatch(/^[0-9a-f]{64}$/);
    fc.assert(
      fc.property(fc.shuffledSubarray(examples, { minLength: examples.length }), (shuffled) => {
        const turned = shuffled.map((example) => ({
          ...example,
          values: { trade: 'steel', size: example.values['size']! },
        }));
        expect(datasetVersion({ ...dataset, examples: turned })).toBe(version);
      }),
      { numRuns: 20 },
    );
  });

  test.each<[string, Partial<Dataset>]>([
    ['a value', { examples: [exampleOf(0, { values: { size: 1, trade: 'steel' } }), ...examples.slice(1)] }],
    [
      'a value that became missing',
      { examples: [exampleOf(0, { values: { size: null, trade: 'steel' } }), ...examples.slice(1)] },
    ],
    ['a label', { examples: [exampleOf(0, { label: 1 }), ...examples.slice(1)] }],
    ['the time a label was known', { examples: [exampleOf(0, { knownAt: 1 }), ...examples.slice(1)] }],
    ['a row that is gone', { examples: examples.slice(1) }],
    ['a unit', { features: [{ ...dataset.features[0]!, unit: 'd' }, dataset.features[1]!] }],
    ['the target', { target: 'very late' }],
  ])('changes with %s', (_what, change) => {
    expect(datasetVersion({ ...dataset, ...change })).not.toBe(version);
  });
});

describe('splits', () => {
  test('labelsKnownBefore hands out no label that was known at that moment or later', () => {
    const at = Date.UTC(2024, 0, 1);
    const seen = labelsKnownBefore(dataset, at);
    expect(seen.map((example) => example.ref)).toEqual(examples.slice(0, 10).map((example) => example.ref));
    expect(seen.every((example) => example.knownAt < at)).toBe(true);
  });

  test('dueWithin includes its beginning and not its end', () => {
    const cohort = dueWithin(dataset, Date.UTC(2023, 1, 1), Date.UTC(2023, 3, 1));
    expect(cohort.map((example) => example.ref)).toEqual(['r0', 'r1']);
  });

  test('splitBySite gives every row to its site', () => {
    const bySite = splitBySite(dataset);
    expect([...bySite.keys()]).toEqual(['s0', 's1', 's2']);
    expect([...bySite.values()].flat()).toHaveLength(24);
  });
});

test('summary counts rows, rejects and base rates by year of the planned end and by site', () => {
  const { rowsIn, kept, rejected, overall, byYear, bySite } = summary(dataset);
  expect({ rowsIn, kept, rejected }).toEqual({ rowsIn: 26, kept: 24, rejected: { mixed_type: 2 } });
  expect(overall).toEqual({ rows: 24, late: 12, baseRate: 0.5 });
  expect(Object.entries(byYear).map(([year, { rows }]) => [year, rows])).toEqual([
    ['2023', 11],
    ['2024', 12],
    ['2025', 1],
  ]);
  expect(bySite['s1']).toEqual({ rows: 8, late: 4, baseRate: 0.5 });
});
