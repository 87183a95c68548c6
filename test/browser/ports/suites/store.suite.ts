import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTo } from '../../../../agent/src/browser/storage/database.ts';
import { createIndexedDbStore } from '../../../../agent/src/browser/storage/indexed-db-store.ts';
import { openTabletDatabase, type TabletDatabase } from '../../../../agent/src/browser/storage/tablet-database.ts';
import { settled } from '../../../../agent/src/browser/storage/transactions.ts';
import { storeContract } from '../../../contracts-agent/store.contract.ts';
import { inNode } from './bridge.ts';
import { noise } from './noise.ts';

const roomBytes = (await inNode('roomBytes')) as number | undefined;

/** Really filled: Chromium remembers for half a minute how much room there was, and asks nobody before that is used up. */
async function fill(database: IDBDatabase): Promise<void> {
  let filler = 0;
  for (let sizeBytes = 2 ** 22; sizeBytes >= 2 ** 18;) {
    const values = { [`filler-${(filler += 1)}`]: noise(sizeBytes) };
    const isFull = await writeTo(database, 'page', values).then(
      () => false,
      () => true,
    );
    if (isFull) sizeBytes /= 2;
  }
}

/** A database that forgets its last life, as a new browser has it. */
async function openFresh(): Promise<TabletDatabase> {
  const name = `store-${crypto.randomUUID()}`;
  return openTabletDatabase([], name);
}

describe('the store of a tablet', () => {
  storeContract(async () => {
    let database = await openFresh();
    const { name } = database.main;
    const store = createIndexedDbStore(database);
    return {
      store,
      async crash() {
        // Nothing is told to the store: what it has not acknowledged may be lost.
        database.close();
        database = await openTabletDatabase([], name);
        return createIndexedDbStore(database);
      },
      fill: roomBytes !== undefined ? () => fill(database.main) : undefined,
      async end() {
        database.close();
        await settled(indexedDB.deleteDatabase(name));
      },
    };
  });

  describe('commits', () => {
    let database: TabletDatabase;
    beforeAll(async () => {
      database = await openFresh();
    });
    afterAll(() => database.close());

    it('of strict durability, as many callers as wait in one transaction', async () => {
      const asked: (string | undefined)[] = [];
      const { main } = database;
      const transaction = main.transaction.bind(main);
      main.transaction = (shelf, mode, options) => {
        if (mode === 'readwrite') asked.push(options?.durability);
        return transaction(shelf, mode, options);
      };
      const store = createIndexedDbStore(database);
      const value = new Uint8Array(10);
      await Promise.all(Array.from({ length: 200 }, (_, i) => store.commit([{ put: `k${i}`, value }])));
      expect(asked.length).toBeLessThanOrEqual(2);
      expect(new Set(asked)).toEqual(new Set(['strict']));
    });

    it.skipIf(roomBytes === undefined)('are kept right after one that found no room', async () => {
      const crowded = await openFresh();
      const store = createIndexedDbStore(crowded);
      const large = { put: 'large', value: noise((roomBytes ?? 0) + 1) };
      for (const key of ['first', 'second']) {
        await expect(store.commit([large])).rejects.toMatchObject({ code: 'store_full' });
        await store.commit([{ put: key, value: new Uint8Array(10) }]);
      }
      expect((await store.scan({ from: 'a', to: 'z', limit: 9 })).map(([key]) => key)).toEqual(['first', 'second']);
      crowded.close();
    });

    it('of keys with a lone surrogate are refused', async () => {
      const store = createIndexedDbStore(database);
      const commit = store.commit([{ put: '\ud800', value: new Uint8Array() }]);
      await expect(commit).rejects.toMatchObject({ code: 'store_malformed', field: 'key' });
    });
  });
});
