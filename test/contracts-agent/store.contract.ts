import { assert, asyncProperty, string, uniqueArray } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change, Store } from '../../agent/src/ports/index.ts';

export interface StoreUnderTest {
  store: Store;
  /** What the next process finds after this one was killed: only what was acknowledged. The old handle is dead. */
  crash(): Promise<Store>;
  /** Makes every further commit fail for want of space; absent where nothing can be filled. */
  fill?: (() => Promise<void>) | undefined;
  end(): Promise<void>;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const put = (key: string, value = key): Change => ({ put: key, value: bytes(value) });
/** What no store keeps in less. */
const NOISE = Uint8Array.from({ length: 1_000_000 }, () => Math.random() * 256);
const everything = { from: '', to: '\uffff', limit: 1000 };

async function keysOf(store: Store, range = everything): Promise<string[]> {
  return (await store.scan(range)).map(([key]) => key);
}

/** What every Store must do, on disk or in memory. */
export function storeContract(open: () => Promise<StoreUnderTest>): void {
  let under: StoreUnderTest;
  let store: Store;
  beforeEach(async () => {
    under = await open();
    ({ store } = under);
  });
  afterEach(() => under.end());

  describe('entries', () => {
    it('come back byte for byte, also empty ones', async () => {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      await store.commit([
        { put: 'all', value: all },
        { put: 'none', value: new Uint8Array() },
      ]);
      expect(await store.get('all')).toEqual(all);
      expect(await store.get('none')).toEqual(new Uint8Array());
    });

    it('that were never written are undefined', async () => {
      expect(await store.get('nothing')).toBeUndefined();
    });

    it('are replaced by a later put of the same key', async () => {
      await store.commit([put('a', 'old')]);
      await store.commit([put('a', 'new')]);
      expect(await store.get('a')).toEqual(bytes('new'));
    });

    it('keep their value when only a part of a larger buffer was handed over', async () => {
      await store.commit([{ put: 'part', value: bytes('0123456789').subarray(3, 6) }]);
      expect(await store.get('part')).toEqual(bytes('345'));
    });
  });

  describe('a scan', () => {
    it('includes its lower end, excludes its upper end and stops at its limit', async () => {
      await store.commit(['a', 'b', 'c', 'd'].map((key) => put(key)));
      expect(await keysOf(store, { from: 'b', to: 'd', limit: 10 })).toEqual(['b', 'c']);
      expect(await keysOf(store, { from: 'a', to: 'z', limit: 3 })).toEqual(['a', 'b', 'c']);
      expect(await keysOf(store, { from: 'c', to: 'b', limit: 3 })).toEqual([]);
    });

    it('goes on after a key when that key and a NUL is its lower end', async () => {
      await store.commit(['a', 'a/1', 'b'].map((key) => put(key)));
      expect(await keysOf(store, { from: 'a\0', to: 'z', limit: 10 })).toEqual(['a/1', 'b']);
    });

    it('orders keys by UTF-16 code units, whatever script they are in', async () => {
      const keys = uniqueArray(string({ unit: 'binary', minLength: 1, maxLength: 8 }), { maxLength: 30 });
      await assert(
        asyncProperty(keys, async (some) => {
          const own = some.map((key) => `p/${key}`);
          await store.commit([{ removeFrom: 'p/', to: 'p0' }, ...own.map((key) => put(key))]);
          expect(await keysOf(store, { from: 'p/', to: 'p0', limit: 1000 })).toEqual(own.toSorted());
        }),
        { numRuns: 40 },
      );
    });

    it('sorts a surrogate pair before U+FFFD, as code units do and code points do not', async () => {
      await store.commit(['\ufffd', '\u{1f3d7}'].map((key) => put(key)));
      expect(await keysOf(store)).toEqual(['\u{1f3d7}', '\ufffd']);
    });
  });

  describe('a commit', () => {
    it('applies its changes in their order', async () => {
      await store.commit([put('a'), { remove: 'a' }, put('b'), { removeFrom: 'b', to: 'c' }, put('b', 'again')]);
      expect(await keysOf(store)).toEqual(['b']);
      expect(await store.get('b')).toEqual(bytes('again'));
    });

    it('removes a range without touching its upper end', async () => {
      await store.commit(['a', 'b', 'c'].map((key) => put(key)));
      await store.commit([{ removeFrom: 'a', to: 'c' }]);
      expect(await keysOf(store)).toEqual(['c']);
    });

    it('survives a kill once it was acknowledged, with all commits made at the same time', async () => {
      await Promise.all(Array.from({ length: 50 }, (_, i) => store.commit([put(`k${i}`), put(`l${i}`)])));
      expect(await keysOf(await under.crash())).toHaveLength(100);
    });

    it('of the same tick as others takes effect in the order of the calls', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => store.commit([put('last', String(i))])));
      expect(await store.get('last')).toEqual(bytes('19'));
    });

    it('that finds no space fails as store_full and changes nothing', async ({ skip }) => {
      if (under.fill === undefined) return skip('nothing can be filled here');
      await store.commit([put('kept')]);
      await under.fill();
      const large = { put: 'large', value: NOISE };
      await expect(store.commit([{ remove: 'kept' }, large])).rejects.toMatchObject({
        code: 'store_full',
        kind: 'unavailable',
      });
      expect(await keysOf(store)).toContain('kept');
      expect(await store.get('large')).toBeUndefined();
    });
  });

  it('fails as store_unavailable once it is closed', async () => {
    await store.close();
    await expect(store.get('a')).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(store.commit([put('a')])).rejects.toMatchObject({ code: 'store_unavailable' });
  });
}
