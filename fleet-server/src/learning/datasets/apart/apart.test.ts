import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Dataset } from '../dataset.ts';
import { datasetVersion } from '../version.ts';
import { lookOver } from './look-over.ts';
import { lookOverApart, packApart } from './index.ts';
import { jsonPieces } from './pieces.ts';

function dataset(rows: number): Dataset {
  const features = Array.from({ length: 12 }, (_, at) => ({
    name: `n${at}`,
    type: 'number' as const,
    missing: 'accept' as const,
    from: { column: `n${at}` },
  }));
  const examples = Array.from({ length: rows }, (_, row) => {
    const at = row * 3_600_000;
    const values = Object.fromEntries(features.map(({ name }, place) => [name, (row * (place + 7)) % 997]));
    const label = (row % 3 === 0 ? 1 : 0) as 0 | 1;
    return { ref: `"r${row}"`, site: 's', group: `g${row % 90}`, startAt: at, dueAt: at, knownAt: at, label, values };
  });
  const made = { target: 'late', split: 'group' as const, features, examples };
  const head = { name: 'big', version: datasetVersion(made), reader: 'table', sources: [], rejected: [], counts: {} };
  return { ...head, ...made };
}

test('the pieces of a dataset are its JSON', () => {
  for (const rows of [0, 1, 499, 500, 501, 1300]) {
    const one = dataset(rows);
    expect([...jsonPieces(one)].join('')).toBe(JSON.stringify(one));
  }
});

test('a large table is looked over beside this thread, with the same result, and nobody waits for it', async () => {
  const large = dataset(2_000);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const here = lookOver(large);
  delay.enable();
  const { packed, ...apart } = await packApart(large);
  delay.disable();
  expect(apart).toEqual(here);
  expect(gunzipSync(packed).toString()).toBe(JSON.stringify(large));
  expect(await lookOverApart(dataset(90))).toEqual(lookOver(dataset(90)));
  // A turn of this thread is a fraction of the work: relative, as machines differ.
  expect(delay.count).toBeGreaterThan(5);
});
