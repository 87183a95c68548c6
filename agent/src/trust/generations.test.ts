import { sha256Hex } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../ports/index.ts';
import { createBeliever } from '../testing/believer.ts';
import { ISSUED_TEXT, mintAssignment, mintRelease, mintRepository, mintRoot } from '../testing/mint.ts';
import type { MemoryStore } from '../testing/memory-store.ts';
import { openGenerations } from './generations.ts';

const RELEASE = await mintRelease();
const FIRST = await mintRepository({ releases: [RELEASE] });
const SECOND = await mintRepository({ releases: [RELEASE], version: 2 });
const PLACES = ['trust/a', 'trust/b'];

async function damage(store: MemoryStore, places: string[], how: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  for (const place of places) {
    const bytes = (await store.get(place)) ?? new Uint8Array();
    await store.commit([{ put: place, value: how(bytes) }]);
  }
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

const DAMAGES: [string, (bytes: Uint8Array) => Uint8Array][] = [
  ['empty', () => new Uint8Array()],
  ['torn in the middle', (bytes) => bytes.subarray(0, bytes.length >> 1)],
  ['torn at its last byte', (bytes) => bytes.subarray(0, -1)],
  ['flipped in its head', (bytes) => flipped(bytes, 0)],
  ['flipped in its body', (bytes) => flipped(bytes, bytes.length >> 1)],
  ['flipped at its end', (bytes) => flipped(bytes, bytes.length - 1)],
  ['full of zeros', (bytes) => new Uint8Array(bytes.length)],
];

describe('trust on a disk', () => {
  it('survives a restart whole, and fetches nothing again', async () => {
    const before = await createBeliever();
    await before.tell(await mintAssignment(3, [RELEASE]), FIRST);
    const after = await before.restart();
    expect(after.beliefs.view()).toEqual(before.beliefs.view());
    expect(after.beliefs.targets()).toEqual(before.beliefs.targets());
    expect(after.beliefs.seq()).toBe(3);
    await after.tell(await mintAssignment(4, [RELEASE]), FIRST);
    expect(after.server.documents).toEqual([]);
  });

  it.each(PLACES.flatMap((place) => DAMAGES.map(([how, change]) => [place, how, change] as const)))(
    'falls back to the other generation when %s is %s, keeps the floor, and learns on',
    async (place, _how, change) => {
      const before = await createBeliever();
      await before.tell(await mintAssignment(3, [RELEASE]), FIRST);
      await before.tell(await mintAssignment(4, [RELEASE]), FIRST);
      await damage(before.store, [place], change);
      const after = await before.restart();
      expect(after.beliefs.seq()).toBeGreaterThanOrEqual(3);
      expect(after.beliefs.timeFloor()).toBe(before.beliefs.timeFloor());
      expect((await after.tell(await mintAssignment(5, [RELEASE]), SECOND))?.targets).toHaveLength(1);
      expect((await after.restart()).beliefs.seq()).toBe(5);
    },
  );

  it.each(DAMAGES)('begins again with the baked root when both are %s, and is never bricked', async (_how, change) => {
    const before = await createBeliever();
    await before.tell(await mintAssignment(3, [RELEASE]), SECOND);
    await damage(before.store, PLACES, change);
    const after = await before.restart();
    expect(after.beliefs.view().documents).toMatchObject([{ role: 'root', version: 1 }]);
    expect((await after.tell(await mintAssignment(4, [RELEASE]), SECOND))?.targets).toHaveLength(1);
  });

  it('is left as it was by a power cut at any write, and the next update works', async () => {
    let cut = 0;
    for (let isWhole = false; !isWhole; cut += 1) {
      const before = await createBeliever();
      await before.tell(await mintAssignment(3, [RELEASE]), FIRST);
      let writes = 0;
      const commit = before.store.commit;
      before.store.commit = async (changes) => {
        writes += 1;
        if (writes > cut) before.store.crash();
        await commit(changes);
      };
      const learned = await before.tell(await mintAssignment(4, [RELEASE]), SECOND).catch(() => 'cut' as const);
      const after = await before.restart();
      expect([3, 4]).toContain(after.beliefs.seq());
      expect((await after.tell(await mintAssignment(5, [RELEASE]), SECOND))?.targets).toHaveLength(1);
      isWhole = learned !== 'cut';
    }
    expect(cut).toBeGreaterThan(3);
  });

  it('believes nothing that it could not write', async () => {
    const { tell, beliefs, store } = await createBeliever();
    store.refuse(new StoreError('store_full', 'no space', { kind: 'unavailable' }));
    await expect(tell(await mintAssignment(3, [RELEASE]), FIRST)).rejects.toMatchObject({ code: 'store_full' });
    expect(beliefs.view().documents).toHaveLength(1);
    expect(beliefs.targets()).toEqual([]);
    store.refuse(undefined);
    expect((await tell(await mintAssignment(3, [RELEASE]), FIRST))?.targets).toHaveLength(1);
  });

  it('of another fleet is not believed', async () => {
    const { tell, store } = await createBeliever();
    await tell(await mintAssignment(3, [RELEASE]), FIRST);
    const rootBytes = await mintRoot({ signed: { expires: '2095-01-01T00:00:00Z' } });
    const pinned = { rootBytes, rootSha256: sha256Hex(rootBytes), enrolledAt: 7 };
    expect((await openGenerations(store, pinned)).last).toMatchObject({ targets: [], timeFloor: 7 });
  });

  it('forgets the lines that are no longer assigned', async () => {
    const iris = await mintRelease({ line: 'iris' });
    const { tell, beliefs } = await createBeliever();
    const repository = await mintRepository({ releases: [RELEASE, iris], lines: ['delay', 'iris'] });
    await tell(await mintAssignment(3, [RELEASE, iris]), repository);
    expect(beliefs.view().documents).toHaveLength(6);
    await tell(await mintAssignment(4, [iris]), repository);
    expect(beliefs.view().documents.map(({ role }) => role)).not.toContain('line-delay');
  });

  it('is two values however long the device lives', async () => {
    const { tell, store } = await createBeliever();
    const sizes: number[] = [];
    for (let day = 1; day <= 20; day += 1) {
      const issued = ISSUED_TEXT.replace('01-01', `01-${String(day).padStart(2, '0')}`);
      const timestamp = { signed: { 'x-plumbline-issued': issued } };
      const repository = await mintRepository({ releases: [RELEASE], version: day, timestamp });
      await tell(await mintAssignment(day, [RELEASE]), repository);
      const bytes = await Promise.all(PLACES.map((place) => store.get(place)));
      sizes.push(bytes.reduce((sum, one) => sum + (one?.length ?? 0), 0));
    }
    expect(store.keys()).toEqual(PLACES);
    expect(Math.max(...sizes.slice(10))).toBeLessThan(Math.min(...sizes.slice(2)) + 100);
  });
});
