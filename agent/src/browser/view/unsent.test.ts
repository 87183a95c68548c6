import type { Row } from '@plumbline/shared/wire';
import { describe, expect, it } from 'vitest';
import type { AgentState } from '../../index.ts';
import { stored } from '../../store/json.ts';
import { rowKey } from '../../store/keys.ts';
import { createMemoryStore } from '../../testing/memory-store.ts';
import { exportUnsent } from '../storage/unsent-rows.ts';
import { createUnsentCounts } from './unsent.ts';

const note = (at: number): Row => ({
  kind: 'entry',
  at,
  entry: { id: `e-${at}`, activity: 'pour', base: null, field: 'note', value: { text: 'wet' }, actor: 'ada', at },
});
const photo = (at: number, ref: string, part: number): Row => ({
  kind: 'photo',
  at,
  ref: ref.repeat(64),
  part,
  parts: 2,
  bytes: 'AAAA',
});
const streams = (lastSeq: number) =>
  ({ entries: { acked: 0, lastSeq }, photos: { acked: 0, lastSeq } }) as AgentState['outbox'];

async function storeOf(entries: Row[], photos: Row[]) {
  const store = createMemoryStore();
  const rows = [
    ...entries.map((row, seq) => ({ put: rowKey('entries', seq + 1), value: stored(row) })),
    ...photos.map((row, seq) => ({ put: rowKey('photos', seq + 1), value: stored(row) })),
    { put: rowKey('predictions', 1), value: stored({ kind: 'prediction', at: 1 }) },
  ];
  await store.commit(rows);
  return store;
}

describe('what waits on a tablet', () => {
  it('is counted in entries and photos, not in rows, with the oldest of them', async () => {
    const photos = [photo(50, 'a', 0), photo(50, 'a', 1), photo(60, 'b', 0), photo(60, 'b', 1)];
    const store = await storeOf([note(70), note(80), note(90)], photos);
    expect(await createUnsentCounts(store)(streams(3))).toEqual({ entries: 3, photos: 2, oldestAt: 50 });
  });

  it('is nothing while nothing waits', async () => {
    expect(await createUnsentCounts(await storeOf([], []))(streams(0))).toEqual({ entries: 0, photos: 0 });
  });

  it('is counted anew when the streams have moved, and not before', async () => {
    const store = await storeOf([note(70)], []);
    const count = createUnsentCounts(store);
    expect((await count(streams(1))).entries).toBe(1);
    await store.commit([{ put: rowKey('entries', 2), value: stored(note(80)) }]);
    expect((await count(streams(1))).entries).toBe(1);
    expect((await count(streams(2))).entries).toBe(2);
  });

  it('is taken out as one JSON document a line, photos included and predictions not', async () => {
    const rows = [note(70), photo(50, 'a', 0), photo(50, 'a', 1)];
    const file = await exportUnsent(await storeOf(rows.slice(0, 1), rows.slice(1)));
    expect(file.type).toBe('application/x-ndjson');
    expect(
      (await file.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rows);
  });
});
