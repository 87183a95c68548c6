import { expect, it } from 'vitest';
import { createMemoryStore } from '../testing/memory-store.ts';
import { createStoredPredictions, type StoredPrediction } from './stored-predictions.ts';

const prediction = (activity: string, at: number, outcome?: 0 | 1): StoredPrediction => ({
  line: 'delay',
  activity,
  sha256: 'ab',
  version: '1.0.0',
  first: { asOf: at, at, score: 0.5, counted: true, selected: true, slices: [] },
  at,
  asOf: at,
  score: 0.5,
  label: 'late',
  ...(outcome !== undefined && { outcome }),
});

it('stored predictions stay within their bound: first those go whose outcome is counted, then the oldest, for good', async () => {
  const store = createMemoryStore();
  const open = () => createStoredPredictions(store, undefined, () => 3);
  const first = await open();
  const put = async (one: StoredPrediction) => store.commit(first.put(one).changes ?? []);
  await put(prediction('a', 1));
  await put(prediction('b', 2));
  await put(prediction('c', 3, 1));
  await put(prediction('a', 4));
  await put(prediction('d', 5));
  const known = (of: Awaited<ReturnType<typeof open>>) =>
    ['a', 'b', 'c', 'd', 'e'].filter((name) => of.of(name).length > 0);
  expect(known(first)).toEqual(['a', 'b', 'd']);
  // `a` has been heard of since `b`, also by whoever opens the store anew.
  const second = await open();
  await store.commit(second.put(prediction('e', 6)).changes ?? []);
  expect(known(second)).toEqual(['a', 'd', 'e']);
  expect(known(await open())).toEqual(['a', 'd', 'e']);
});

it('of an activity whose oldest prediction goes the others stay', async () => {
  const stored = await createStoredPredictions(createMemoryStore(), undefined, () => 2);
  stored.put(prediction('a', 1));
  stored.put({ ...prediction('a', 2), sha256: 'cd' });
  stored.put(prediction('b', 3));
  expect(stored.of('a').map(({ sha256 }) => sha256)).toEqual(['cd']);
  stored.put(prediction('c', 4));
  expect(stored.of('a')).toEqual([]);
});
