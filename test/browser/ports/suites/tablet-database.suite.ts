import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, readFrom, writeTo } from '../../../../agent/src/browser/storage/database.ts';
import { openTabletDatabase, type TabletDatabase } from '../../../../agent/src/browser/storage/tablet-database.ts';
import { settled } from '../../../../agent/src/browser/storage/transactions.ts';

interface Buckets {
  open(name: string): Promise<{ indexedDB: IDBFactory }>;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('this browser has no buckets');
  return value;
}

const buckets = 'storageBuckets' in navigator ? (navigator.storageBuckets as Buckets) : undefined;

describe('the database of a tablet', () => {
  let name: string;
  let database: TabletDatabase;
  beforeEach(async () => {
    name = `database-${crypto.randomUUID()}`;
    database = await openTabletDatabase(['seen'], name);
  });
  afterEach(() => database.close());

  const again = async () => {
    database.close();
    database = await openTabletDatabase(['seen'], name);
  };
  /** As a browser does that finds a torn log: the next one who opens it finds it empty. */
  const loseMain = () => settled(indexedDB.deleteDatabase(name));
  const loseCopy = async () => {
    const bucket = await required(buckets).open('copy');
    await settled(bucket.indexedDB.deleteDatabase(name));
  };
  const lostAndAgain = async () => {
    database.close();
    await loseMain();
    await again();
  };
  const put = (key: string, value: string) => database.write('rows', (rows) => rows.put(value, key));
  const row = (key: string) => readFrom(database.main, 'rows', key);

  it('keeps what was written', async () => {
    await put('a', '1');
    await database.write('keys', (keys) => keys.put('k', 'device'));
    await again();
    expect([await row('a'), await readFrom(database.main, 'keys', 'device')]).toEqual(['1', 'k']);
  });

  it.skipIf(buckets !== undefined)('is new where it was lost and the browser keeps nothing apart', async () => {
    await put('a', '1');
    await lostAndAgain();
    expect(await row('a')).toBeUndefined();
  });

  describe.skipIf(buckets === undefined)('with a copy in a bucket of its own', () => {
    it('has everything again that it lost, and goes on', async () => {
      await put('a', '1');
      await put('b', '2');
      await database.write('rows', (rows) => rows.delete('b'));
      await database.write('keys', (keys) => keys.put('k', 'device'));
      await database.write('page', (page) => page.put('small-tablet', 'profile'));
      await lostAndAgain();
      expect([await row('a'), await row('b')]).toEqual(['1', undefined]);
      expect(await readFrom(database.main, 'keys', 'device')).toBe('k');
      expect(await readFrom(database.main, 'page', 'profile')).toBe('small-tablet');
      await put('c', '3');
      await lostAndAgain();
      expect([await row('a'), await row('c')]).toEqual(['1', '3']);
    });

    it('has it also when it was lost before the first write, or by an app that kept no copy', async () => {
      await lostAndAgain();
      expect(await row('a')).toBeUndefined();
      database.close();
      await Promise.all([loseMain(), loseCopy()]);
      const old = await openDatabase(name);
      await writeTo(old, 'rows', { a: '1' });
      old.close();
      await again();
      await lostAndAgain();
      expect(await row('a')).toBe('1');
    });

    it('has nothing that was written here alone, which would be old by now', async () => {
      await writeTo(database.main, 'page', { seen: 'all is sent' });
      await put('a', '1');
      database.close();
      await loseCopy();
      await again();
      expect(await readFrom(database.main, 'page', 'seen')).toBe('all is sent');
      await put('b', '2');
      await lostAndAgain();
      expect([await row('b'), await readFrom(database.main, 'page', 'seen')]).toEqual(['2', undefined]);
    });

    it('makes a copy that was lost anew', async () => {
      await put('a', '1');
      database.close();
      await loseCopy();
      await again();
      await put('b', '2');
      await lostAndAgain();
      expect([await row('a'), await row('b')]).toEqual(['1', '2']);
    });

    it('writes on when its copy fails, and makes it anew at the next start', async () => {
      await put('a', '1');
      // Whoever holds it open lets go of it: the copy can be written no more in this life.
      await loseCopy();
      await put('b', '2');
      await put('c', '3');
      expect(await row('c')).toBe('3');
      await again();
      await lostAndAgain();
      expect([await row('a'), await row('b'), await row('c')]).toEqual(['1', '2', '3']);
    });

    it('makes it anew after a life in which the browser opened no bucket', async () => {
      await put('a', '1');
      database.close();
      const closed = { value: () => Promise.reject(new DOMException('not now', 'UnknownError')), configurable: true };
      Object.defineProperty(buckets, 'open', closed);
      await again();
      await put('b', '2');
      Reflect.deleteProperty(required(buckets), 'open');
      await again();
      await lostAndAgain();
      expect([await row('a'), await row('b')]).toEqual(['1', '2']);
    });

    it('believes the one that was written last: a kill came between the two', async () => {
      await put('a', '1');
      await put('b', '2');
      const last = await readFrom(database.main, 'keys', 'last-write');
      await writeTo(database.main, 'rows', { b: undefined, c: '3' });
      await writeTo(database.main, 'keys', { 'last-write': Number(last) + 1 });
      await again();
      await lostAndAgain();
      expect([await row('a'), await row('b'), await row('c')]).toEqual(['1', undefined, '3']);
    });

    it('has in both what several wrote at once', async () => {
      const values = Array.from({ length: 50 }, (_, n) => `${n}`);
      await Promise.all(values.map((value) => put('a', value)));
      expect(await row('a')).toBe('49');
      await lostAndAgain();
      expect(await row('a')).toBe('49');
    });
  });
});
