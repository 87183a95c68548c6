import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheStatements } from './statement-cache.ts';

let connection: InstanceType<typeof Sqlite>;
beforeEach(() => {
  connection = new Sqlite(':memory:');
  connection.exec('create table t (a integer, b text)');
});
afterEach(() => connection.close());

describe('cached statements', () => {
  it('are compiled once for a text', () => {
    const prepare = cacheStatements(connection);
    expect(prepare('select a from t')).toBe(prepare('select a from t'));
    expect(prepare('select b from t')).not.toBe(prepare('select a from t'));
  });

  it('answer objects and arrays to two builders of one text, in any order', () => {
    const prepare = cacheStatements(connection);
    prepare('insert into t values (?, ?)').run(1, 'x');
    const [first, second] = [prepare('select a, b from t'), prepare('select a, b from t')];
    expect(first.raw().all()).toEqual([[1, 'x']]);
    expect(second.all()).toEqual([{ a: 1, b: 'x' }]);
    expect(first.raw().get()).toEqual([1, 'x']);
    expect(second.get()).toEqual({ a: 1, b: 'x' });
  });

  it('know what writes, with and without rows', () => {
    const prepare = cacheStatements(connection);
    expect(prepare('select 1').readonly).toBe(true);
    const insert = prepare('insert into t values (?, ?) returning a');
    expect(insert.readonly).toBe(false);
    expect(insert.raw().all(2, 'y')).toEqual([[2]]);
    expect(prepare('delete from t').run().changes).toBe(1);
  });

  it('see a table that changed under them', () => {
    const prepare = cacheStatements(connection);
    prepare('insert into t values (?, ?)').run(1, 'x');
    expect(prepare('select * from t').all()).toEqual([{ a: 1, b: 'x' }]);
    connection.exec('alter table t add column c integer default 7');
    expect(prepare('select * from t').all()).toEqual([{ a: 1, b: 'x', c: 7 }]);
  });

  it('are forgotten when more texts came than are kept', () => {
    const prepare = cacheStatements(connection);
    const first = prepare('select 0');
    for (let i = 1; i <= 500; i += 1) prepare(`select ${i}`);
    expect(prepare('select 0')).not.toBe(first);
    expect(prepare('select 500').raw().get()).toEqual([500]);
  });
});
