import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../shared/src/testing/index.ts';
import { openDatabase, sql, type Database } from '../../fleet-server/src/platform/db/index.ts';
import { findPostgres, required, skipReason, startPostgres, type Postgres } from '../harness/services/index.ts';
import { accessContract } from './access.contract.ts';
import { databaseContract, openSampled, type DatabaseUnderTest } from './database.contract.ts';
import { driftContract } from './drift.contract.ts';
import { learningContract } from './learning.contract.ts';

const sqlite = {
  async columnsOf({ db }: Database, table: string) {
    const columns = sql`pragma_table_info(${table})`;
    return db
      .select({ name: sql<string>`name`, type: sql<string>`lower(type)` })
      .from(columns)
      .orderBy(sql`cid`);
  },
  typeName: (type: string) => type,
};

describe('SQLite in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-db-'));
  let files = 0;
  const under: DatabaseUnderTest = {
    ...sqlite,
    freshUrl: async () => `sqlite:${join(folder, `made/on/demand/${(files += 1)}.db`)}`,
    readersSeeCommittedOnly: true,
  };
  afterAll(() => rm(folder, { recursive: true }));
  databaseContract(() => under);
  driftContract(under.freshUrl);

  it('names the folder it cannot write to', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const opening = openDatabase({ url: `sqlite:${join(file, 'x.db')}`, clock: createVirtualClock() });
    await expect(opening).rejects.toMatchObject({
      code: 'db_unavailable',
      kind: 'unavailable',
      message: expect.stringContaining(file),
    });
  });

  it('refuses a file that is no database', async () => {
    const file = join(folder, 'a-text.db');
    writeFileSync(file, 'not a database, but long enough to be mistaken for the header of one');
    const opening = openDatabase({ url: `sqlite:${file}`, clock: createVirtualClock() });
    await expect(opening).rejects.toMatchObject({ code: 'db_unavailable' });
  });
});

describe('SQLite in memory', () => {
  databaseContract(() => ({ ...sqlite, freshUrl: async () => 'sqlite::memory:', readersSeeCommittedOnly: false }));
});

/** Its folder does not outlive the test. */
const NO_POWER_CUT = ['fsync=off', 'full_page_writes=off'];
const missing = skipReason(findPostgres());
describe.skipIf(missing)(`PostgreSQL${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const types: Record<string, string> = { integer: 'bigint', real: 'double precision', blob: 'bytea', text: 'text' };
  let server: Postgres;
  /** Made by the migrations once; every test has a copy of its own. */
  let migrated: string;

  beforeAll(async () => {
    server = required(await startPostgres(NO_POWER_CUT));
    migrated = await server.freshDatabase();
    await (await openSampled(migrated)).close();
  });
  afterAll(() => server.remove());

  const under: DatabaseUnderTest = {
    freshUrl: () => server.freshDatabase(migrated),
    readersSeeCommittedOnly: true,
    async columnsOf({ db }, table) {
      return db
        .select({ name: sql<string>`column_name`, type: sql<string>`data_type` })
        .from(sql`information_schema.columns`)
        .where(sql`table_name = ${table}`)
        .orderBy(sql`ordinal_position`);
    },
    typeName: (type) => types[type] ?? type,
  };
  databaseContract(() => under);
  learningContract(() => server.freshDatabase());
  driftContract(() => server.freshDatabase());
  accessContract(() => server.freshDatabase());

  it('refuses a commit after an error that was swallowed', async () => {
    const database = await openSampled(await under.freshUrl());
    const swallowing = database.transaction(async (tx) => {
      await tx
        .select()
        .from(sql`nowhere`)
        .catch(() => undefined);
    });
    await expect(swallowing).rejects.toMatchObject({ code: 'transaction_failed' });
    await database.close();
  });

  it('is unavailable while its server is down, and works again after', async () => {
    const database = await openSampled(await under.freshUrl());
    const probe = () => database.transaction((tx) => tx.select({ one: sql<number>`1` }).from(sql`(select 1) as t`));
    await server.stop();
    await expect(probe()).rejects.toMatchObject({ code: 'db_unavailable' });
    await server.start();
    expect(await probe()).toHaveLength(1);
    await database.close();
  });
});

describe('the address of a database', () => {
  it.each(['', 'sqlite:', 'mysql://host/x', 'postgres//host', '/var/lib/x.db'])('%j is refused', async (url) => {
    await expect(openDatabase({ url, clock: createVirtualClock() })).rejects.toMatchObject({
      code: 'db_url_invalid',
      field: 'url',
    });
  });

  it('is not repeated with its password', async () => {
    const url = 'postgres://me:secret@127.0.0.1:1/x';
    const opening = openDatabase({ url, clock: createVirtualClock() });
    await expect(opening).rejects.toMatchObject({ code: 'db_unavailable' });
    await expect(opening).rejects.not.toThrow(/secret/);
  });
});
