import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SiteLogEntry } from '../../shared/src/activity/index.ts';
import { createVirtualClock } from '../../shared/src/testing/index.ts';
import { drizzlePart } from '../../fleet-server/src/platform/db/drizzle.ts';
import {
  eq,
  getTableColumns,
  gt,
  isUniqueViolation,
  openDatabase,
  preparedRead,
  preparedWrite,
  rowsInserter,
  sql,
  type Database,
  type Db,
} from '../../fleet-server/src/platform/db/index.ts';
import { chainHead, list, record, verifyChain } from '../../fleet-server/src/platform/audit/index.ts';
import { listMatured } from '../../fleet-server/src/insight/telemetry/index.ts';
import { appendEntries } from '../../fleet-server/src/sites/activities/index.ts';
import { markSeen, presenceOf } from '../../fleet-server/src/sites/devices/index.ts';
import { createDispatcher, emit } from '../../fleet-server/src/platform/outbox/index.ts';
import * as tables from '../../fleet-server/src/platform/db/tables/index.ts';
import { history, samples } from './samples.ts';

const { is, sum } = drizzlePart('drizzle-orm');
const { getTableConfig, SQLiteTable } = drizzlePart('drizzle-orm/sqlite-core');

export interface DatabaseUnderTest {
  /** Address of a database that holds nothing, different at each call. */
  freshUrl(): Promise<string>;
  /** False for a memory database, which shows a transaction its own changes whichever way it reads. */
  readersSeeCommittedOnly: boolean;
  /** Columns the database really has, in order, with their types in the dialect's words. */
  columnsOf(database: Database, table: string): Promise<{ name: string; type: string }[]>;
  /** `integer` and the like in the words of this database. */
  typeName(type: string): string;
}

const row = (id: number) => ({
  id,
  site: 'site-1',
  ratio: id / 3,
  body: new Uint8Array([id % 256, 0, 255]),
  note: null,
});

const entryOf = (id: string, activity: string, said: object): SiteLogEntry =>
  ({ id, activity, base: null, actor: 'ana', at: 900, ...said }) as SiteLogEntry;

/** With the tables of the fleet and those that the contract writes to. */
export const openSampled = (url: string) => openDatabase({ url, clock: createVirtualClock() }, history);

const insert = rowsInserter(samples);

async function addNext(tx: Db): Promise<void> {
  const rows = await tx.select().from(samples);
  await Promise.resolve();
  await insert(tx, [row(rows.length + 1)]);
}

/** What every database must do, whatever it is made of. */
export function databaseContract(under: () => DatabaseUnderTest): void {
  let database: Database;
  const count = async () => (await database.db.select().from(samples)).length;

  beforeEach(async () => {
    database = await openSampled(await under().freshUrl());
  });
  afterEach(() => database.close());

  describe('values', () => {
    it('come back as they were written, up to the largest safe integer', async () => {
      const written = {
        id: Number.MAX_SAFE_INTEGER,
        site: 'Zürich 🏗',
        ratio: 0.1,
        body: new Uint8Array([0, 128]),
        note: null,
      };
      await database.transaction((tx) => insert(tx, [written]));
      const [read] = await database.db.select().from(samples);
      expect({ ...read, body: Uint8Array.from(read?.body ?? []) }).toEqual(written);
    });

    it('that are missing are stored as null', async () => {
      const { note: _, ...rest } = row(1);
      await database.transaction((tx) => insert(tx, [rest]));
      expect((await database.db.select().from(samples))[0]?.note).toBeNull();
    });

    it('of an aggregate are numbers', async () => {
      await database.transaction((tx) => insert(tx, [row(1), row(2), row(3)]));
      const total = sum(samples.id).mapWith(Number);
      const [read] = await database.db.select({ rows: sql<number>`count(*)`, total }).from(samples);
      expect(read).toEqual({ rows: 3, total: 6 });
    });
  });

  describe('a transaction', () => {
    it('keeps everything on return and nothing on an error, which passes through', async () => {
      const fault = new Error('on purpose');
      const failing = database.transaction(async (tx) => {
        await insert(tx, [row(1)]);
        throw fault;
      });
      await expect(failing).rejects.toBe(fault);
      expect(await count()).toBe(0);
      await database.transaction((tx) => insert(tx, [row(1)]));
      expect(await count()).toBe(1);
    });

    it('answers what its work returned, and a guarded update tells what it changed', async () => {
      await database.transaction((tx) => insert(tx, [row(1)]));
      const change = (id: number) =>
        database.transaction((tx) =>
          tx.update(samples).set({ note: 'seen' }).where(eq(samples.id, id)).returning({ id: samples.id }),
        );
      expect(await change(1)).toEqual([{ id: 1 }]);
      expect(await change(2)).toEqual([]);
    });

    it('waits for the one before it, so that read-then-write needs no locks', async () => {
      await Promise.all(Array.from({ length: 20 }, () => database.transaction(addNext)));
      expect(await count()).toBe(20);
    });

    it('is not seen by others while it is open, and never when it fails', async () => {
      const wrote = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      const failing = database.transaction(async (tx) => {
        await insert(tx, [row(1)]);
        wrote.resolve();
        await end.promise;
        throw new Error('on purpose');
      });
      await wrote.promise;
      const seen = count();
      end.resolve();
      await expect(failing).rejects.toThrow('on purpose');
      expect(await seen).toBe(0);
    });

    it('is not seen beside its tx before its commit', async ({ skip }) => {
      if (!under().readersSeeCommittedOnly) skip('a memory database has one connection');
      await database.transaction(async (tx) => {
        await insert(tx, [row(1)]);
        expect(await count()).toBe(0);
      });
      expect(await count()).toBe(1);
    });

    it('refuses another one inside it', async () => {
      const nested = database.transaction(() => database.transaction(() => Promise.resolve()));
      await expect(nested).rejects.toMatchObject({ code: 'transaction_nested' });
    });

    it('refuses statements after its end', async () => {
      const leaked = await database.transaction((tx) => Promise.resolve({ tx }));
      await expect(insert(leaked.tx, [row(1)])).rejects.toMatchObject({ code: 'transaction_ended' });
      await expect((async () => leaked.tx.insert(samples).values(row(1)))()).rejects.toThrow(/./);
      expect(await count()).toBe(0);
    });

    it('names a broken key, and goes on after it', async () => {
      await database.transaction((tx) => insert(tx, [row(1)]));
      const again = database.transaction((tx) => insert(tx, [row(2), row(1)]));
      await expect(again).rejects.toSatisfy(isUniqueViolation);
      expect(await count()).toBe(1);
      await database.transaction((tx) => insert(tx, [row(2)]));
      expect(await count()).toBe(2);
    });
  });

  it('refuses a write outside a transaction', async () => {
    const writable = database.db as Db;
    await expect((async () => writable.insert(samples).values(row(1)))()).rejects.toThrow(/./);
    expect(await count()).toBe(0);
  });

  describe('hot writes', () => {
    it('insert thousands of rows in one transaction and count them', async () => {
      const rows = Array.from({ length: 2_500 }, (_, index) => row(index + 1));
      expect(await database.transaction((tx) => insert(tx, rows))).toBe(2_500);
      expect(await count()).toBe(2_500);
    });

    it('pass over rows that are there, when told to, and do not count them', async () => {
      const tolerant = rowsInserter(samples, { onConflict: 'ignore' });
      await database.transaction((tx) => tolerant(tx, [row(1), row(2)]));
      expect(await database.transaction((tx) => tolerant(tx, [row(2), row(3)]))).toBe(1);
      expect(await count()).toBe(3);
    });

    it('answers a prepared question outside and inside a transaction, by what each of them sees', async () => {
      const above = preparedRead<{ id: number }, typeof samples.$inferSelect>((db) =>
        db
          .select()
          .from(samples)
          .where(gt(samples.id, sql.placeholder('id')))
          .orderBy(samples.id),
      );
      const ids = async (from: Parameters<typeof above>[0], id: number) =>
        (await above(from, { id })).map((one) => one.id);
      await database.transaction((tx) => insert(tx, [row(1), row(2)]));
      expect(await ids(database.db, 0)).toEqual([1, 2]);
      await database.transaction(async (tx) => {
        await insert(tx, [row(3)]);
        expect(await ids(tx, 1)).toEqual([2, 3]);
      });
      expect(await ids(database.db, 1)).toEqual([2, 3]);
      expect((await above(database.db, { id: 2 }))[0]).toEqual((await database.db.select().from(samples))[2]);
    });

    it('answers a prepared question in the words of the tables, in a transaction and beside it', async () => {
      const floor = preparedRead<Record<string, never>, typeof tables.eventFeedFloor.$inferSelect>((db) =>
        db.select().from(tables.eventFeedFloor),
      );
      const wanted = [{ id: 1, droppedUpTo: 7 }];
      await database.transaction(async (tx) => {
        await tx.insert(tables.eventFeedFloor).values(wanted);
        expect(await floor(tx, {})).toEqual(wanted);
      });
      expect(await floor(database.db, {})).toEqual(wanted);
    });

    it('refuses a prepared question of a transaction that has ended', async () => {
      const all = preparedRead((db) => db.select().from(samples));
      const ended = await database.transaction(async (tx) => ({ tx }));
      await expect(all(ended.tx, {})).rejects.toMatchObject({ code: 'transaction_ended' });
    });

    it('update by placeholders, again in a later transaction', async () => {
      const annotate = preparedWrite<{ id: number; note: string }>((db) =>
        db
          .update(samples)
          .set({ note: sql`${sql.placeholder('note')}` })
          .where(eq(samples.id, sql.placeholder('id'))),
      );
      await database.transaction((tx) => insert(tx, [row(1), row(2)]));
      expect(await database.transaction((tx) => annotate(tx, [{ id: 1, note: 'a' }]))).toBe(1);
      const both = [1, 2, 9].map((id) => ({ id, note: 'b' }));
      expect(await database.transaction((tx) => annotate(tx, both))).toBe(2);
      expect((await database.db.select().from(samples).where(gt(samples.id, 1)))[0]?.note).toBe('b');
    });
  });

  it('carries the audit chain and the outbox', async () => {
    const clock = createVirtualClock();
    const dispatcher = createDispatcher({ database, clock });
    const heard: string[] = [];
    dispatcher.subscribe('contract', ['device.enrolled'], async ({ device }) => void heard.push(device));
    for (const device of ['d1', 'd2', 'd3']) {
      await database.transaction(async (tx) => {
        await record(tx, {
          actor: 'system',
          action: 'devices.enrol',
          subject: `device:${device}`,
          details: { device },
        });
        await emit(tx, { type: 'device.enrolled', site: 's1', device });
      });
    }
    await dispatcher.start();
    await dispatcher.settled();
    await dispatcher.stop();
    expect(heard).toEqual(['d1', 'd2', 'd3']);
    expect(await database.db.select().from(tables.outboxEvents)).toEqual([]);
    expect(await verifyChain(database.db, await chainHead(database.db))).toBeNull();
    expect((await list(database.db, { limit: 2 })).rows.map(({ id }) => id)).toEqual([3, 2]);
  });

  describe('what is kept of devices', () => {
    it('joins hours in one row a day', async () => {
      const [noon, hourMs] = [Date.UTC(2026, 4, 12, 12), 3_600_000];
      await database.transaction(async (tx) => {
        for (const hour of [0, 0, 1, 11]) await markSeen(tx, 'd1', noon + hour * hourMs);
      });
      const found = await presenceOf(database.db, ['d1'], { from: noon });
      expect(found.get('d1')?.map(({ hours }) => hours)).toEqual([(1 << 12) | (1 << 13) | (1 << 23)]);
    });

    it('matures predictions of the activities that ended, and no others', async () => {
      const planned = { field: 'plan', value: { startAt: 0, dueAt: 800, values: {} } };
      const said = { stream: 's1', device: 'd1', site: 'north', kind: 'prediction', line: 'delay', version: '1.0.0' };
      await database.transaction(async (tx) => {
        await appendEntries(tx, 'north', [
          entryOf('entry-0001', 'slab', planned),
          entryOf('entry-0002', 'wall', planned),
          entryOf('entry-0003', 'slab', { field: 'outcome', value: { label: 1, observedAt: 900 } }),
        ]);
        await rowsInserter(tables.telemetry)(
          tx,
          ['slab', 'wall'].map((activity, i) => ({
            ...said,
            seq: i + 1,
            activity,
            sha256: 'ab',
            at: 500,
            asOf: 500,
            score: 0.5,
            body: '{}',
            receivedAt: 500,
          })),
        );
      });
      const matured = await listMatured(database.db, 'delay', { from: 0, to: 1000 });
      expect(matured.map(({ activity, label }) => [activity, label])).toEqual([['slab', 1]]);
    });
  });

  describe('the schema', () => {
    const known = [...Object.values(tables), samples].flatMap((table) => (is(table, SQLiteTable) ? [table] : []));

    it('is what its migrations make, table by table', async () => {
      const defined: Record<string, unknown> = {};
      const made: Record<string, unknown> = {};
      for (const table of known) {
        const { name } = getTableConfig(table);
        const columns = Object.values(getTableColumns(table));
        defined[name] = columns.map((column) => ({
          name: column.name,
          type: under().typeName(column.getSQLType()),
        }));
        made[name] = await under().columnsOf(database, name);
      }
      expect(known.length).toBeGreaterThan(30);
      expect(made).toEqual(defined);
    });

    it('of a newer program is refused', async ({ skip }) => {
      const url = await under().freshUrl();
      if (url === 'sqlite::memory:') skip('a memory database has no past');
      await (await openSampled(url)).close();
      const older = openDatabase({ url, clock: createVirtualClock() }, history.slice(0, -1));
      await expect(older).rejects.toMatchObject({ code: 'db_newer_than_code' });
      const other = history.map((migration) => ({ ...migration, name: `${migration.name}-renamed` }));
      const renamed = openDatabase({ url, clock: createVirtualClock() }, other);
      await expect(renamed).rejects.toMatchObject({ code: 'db_history_differs' });
    });

    it('of a failed migration is not half there', async ({ skip }) => {
      const url = await under().freshUrl();
      if (url === 'sqlite::memory:') skip('a memory database has no past');
      const statements = ['create table half (id integer primary key)', 'create nonsense'];
      const broken = [...history, { number: history.length + 1, name: 'broken', statements }];
      await expect(openDatabase({ url, clock: createVirtualClock() }, broken)).rejects.toThrow(/nonsense/);
      const reopened = await openSampled(url);
      expect(await under().columnsOf(reopened, 'half')).toEqual([]);
      await reopened.close();
    });
  });
}
