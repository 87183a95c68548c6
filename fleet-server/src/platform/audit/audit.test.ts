import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit, eq, gt, openDatabase, type Database, type Db } from '../db/index.ts';
import {
  chainHead,
  list,
  makeAuditKey,
  pagesOf,
  readHead,
  readLine,
  record,
  signHead,
  verifyChain,
  verifyPages,
} from './index.ts';

const clock = createVirtualClock();
let database: Database;

const pause = (rollout: number) => ({
  actor: 'user:ana',
  action: 'rollouts.pause',
  subject: `rollout:${rollout}`,
  details: { reason: 'p95 doubled', rollout },
});
const recordAll = async (numbers: number[]) => {
  for (const number of numbers) await database.transaction((tx) => record(tx, pause(number)));
};
const tamper = (change: (tx: Db) => PromiseLike<unknown>) =>
  database.transaction(async (tx) => void (await change(tx)));

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
});
afterEach(() => database.close());

describe('an audit row', () => {
  it('says who did what to what, and when', async () => {
    await recordAll([7]);
    const [row] = (await list(database.db)).rows;
    expect(row).toMatchObject({ ...pause(7), id: 1, at: clock.now(), previousHash: '' });
  });

  it('is not there when its mutation failed', async () => {
    const failing = database.transaction(async (tx) => {
      await record(tx, pause(1));
      throw new Error('the mutation');
    });
    await expect(failing).rejects.toThrow('the mutation');
    expect((await list(database.db)).rows).toEqual([]);
  });
});

describe('the list', () => {
  it('goes from the newest to the oldest, page by page, without gap or repetition', async () => {
    await recordAll([1, 2, 3, 4, 5]);
    const first = await list(database.db, { limit: 2 });
    const second = await list(database.db, { limit: 2, cursor: first.next ?? '' });
    const third = await list(database.db, { limit: 2, cursor: second.next ?? '' });
    expect([first, second, third].map(({ rows }) => rows.map(({ id }) => id))).toEqual([[5, 4], [3, 2], [1]]);
    expect(third.next).toBeUndefined();
  });

  it('is narrowed to a subject or an actor', async () => {
    await recordAll([1, 2, 1]);
    expect((await list(database.db, { subject: 'rollout:1' })).rows.map(({ id }) => id)).toEqual([3, 1]);
    expect((await list(database.db, { actor: 'user:bo' })).rows).toEqual([]);
  });

  it.each(['x', '-1', '1.5', '99999999999999999999', ''])('refuses the cursor %j', async (cursor) => {
    await expect(list(database.db, { cursor })).rejects.toMatchObject({
      code: 'audit_cursor_invalid',
      field: 'cursor',
    });
  });
});

describe('the chain', () => {
  beforeEach(() => recordAll([1, 2, 3, 4]));
  const row3 = eq(audit.id, 3);

  it('holds when nobody touched it', async () => {
    expect(await verifyChain(database.db, await chainHead(database.db))).toBeNull();
  });

  it.each([
    ['actor', { actor: 'user:bo' }],
    ['details', { details: '{}' }],
    ['time', { at: 1 }],
    ['hash', { hash: '0'.repeat(64) }],
  ])('shows the first row whose %s was edited', async (_, change) => {
    await tamper((tx) => tx.update(audit).set(change).where(row3));
    expect(await verifyChain(database.db)).toEqual({ id: 3, reason: 'edited' });
  });

  it('shows where a row was deleted', async () => {
    await tamper((tx) => tx.delete(audit).where(row3));
    expect(await verifyChain(database.db)).toEqual({ id: 4, reason: 'missing' });
  });

  it('shows where a row was put in place of another', async () => {
    await tamper((tx) =>
      tx
        .update(audit)
        .set({ previousHash: '0'.repeat(64) })
        .where(row3),
    );
    expect(await verifyChain(database.db)).toEqual({ id: 3, reason: 'unlinked' });
  });

  it('shows a tail that was cut off, by a head kept elsewhere', async () => {
    const head = await chainHead(database.db);
    await tamper((tx) => tx.delete(audit).where(gt(audit.id, 2)));
    expect(await verifyChain(database.db)).toBeNull();
    expect(await verifyChain(database.db, head)).toEqual({ id: 3, reason: 'not-the-known-head' });
  });

  it('shows a chain that was written anew, by a head kept elsewhere', async () => {
    const head = await chainHead(database.db);
    await tamper((tx) => tx.delete(audit));
    await recordAll([9, 9, 9, 9, 9]);
    expect(await verifyChain(database.db)).toBeNull();
    expect(await verifyChain(database.db, head)).toEqual({ id: 4, reason: 'not-the-known-head' });
  });
});

describe('a head that is kept elsewhere', () => {
  const key = makeAuditKey();
  const made = signHead({ id: 3, hash: 'ab'.repeat(32) }, 5, key);

  it('is read back, by its own key and by the one that is asked for', () => {
    expect(readHead(JSON.parse(JSON.stringify(made)), made.publicKey)).toEqual(made);
    expect(readHead(made)).toEqual(made);
  });

  it.each([
    ['another row', { id: 2 }],
    ['another hash', { hash: 'cd'.repeat(32) }],
    ['another time', { at: 6 }],
    ['another key', { publicKey: signHead({ id: 3, hash: '' }, 5, makeAuditKey()).publicKey }],
    ['a key that is none', { publicKey: 'AAAA' }],
  ])('is refused with %s', (_, change) => {
    const forged = { ...made, ...change };
    expect(() => readHead(forged)).toThrow(expect.objectContaining({ code: 'audit_head_forged' }));
  });

  it('signed by another key is refused where the key is known', () => {
    const other = signHead(made, 5, makeAuditKey());
    expect(readHead(other)).toEqual(other);
    expect(() => readHead(other, made.publicKey)).toThrow(expect.objectContaining({ code: 'audit_head_forged' }));
  });

  it.each([[null], [{}], [{ ...made, id: -1 }], [{ ...made, more: 1 }], ['x']])('is refused as %j', (given) => {
    expect(() => readHead(given)).toThrow(expect.objectContaining({ code: 'audit_head_malformed' }));
  });
});

describe('an export', () => {
  it('holds like the chain it was made of, and shows the same breaks', async () => {
    await recordAll([1, 2, 3]);
    const lines: string[] = [];
    for await (const page of pagesOf(database.db)) lines.push(...page.map((row) => JSON.stringify(row)));
    const rows = () => lines.map((line, index) => readLine(line, index + 1));
    const head = await chainHead(database.db);
    expect(await verifyPages([rows()], head)).toBeNull();
    expect(await verifyPages([rows().slice(0, 2)], head)).toEqual({ id: 3, reason: 'not-the-known-head' });
    lines[1] = lines[1]!.replace('user:ana', 'user:eve');
    expect(await verifyPages([rows()], head)).toEqual({ id: 2, reason: 'edited' });
    expect(() => readLine('{"id":1', 7)).toThrow(
      expect.objectContaining({ code: 'audit_row_malformed', field: 'line 7' }),
    );
  });
});
