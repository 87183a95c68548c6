import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../audit/index.ts';
import { openDatabase, operators, type Database } from '../db/index.ts';
import { addOperator, listOperators, OWNER, removeOperator, signIn } from './index.ts';

const OWNER_TOKEN = 'token-of-the-state-folder';
let database: Database;

const add = (name: string, actor = OWNER) => database.transaction((tx) => addOperator(tx, actor, name));
const remove = (name: string, actor = OWNER) => database.transaction((tx) => removeOperator(tx, actor, name));
const whoIs = (token: string) => signIn(database.db, OWNER_TOKEN, token);

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
});
afterEach(() => database.close());

describe('an operator', () => {
  it('signs in by the token that was shown once, under a name of their own', async () => {
    const { token } = await add('bo');
    expect(token).toMatch(/^plo_[A-Za-z0-9_-]{43}$/);
    expect(await whoIs(token)).toBe('user:bo');
    expect(JSON.stringify(await database.db.select().from(operators))).not.toContain(token);
    expect(JSON.stringify((await list(database.db)).rows)).not.toContain(token.slice(4));
  });

  it('is told from the owner, whose token is the state folder’s', async () => {
    await add('bo');
    expect(await whoIs(OWNER_TOKEN)).toBe(OWNER);
  });

  it('who was removed is nobody, and stays in the list', async () => {
    const { token } = await add('bo');
    await remove('bo');
    expect(await whoIs(token)).toBeUndefined();
    expect(await listOperators(database.db)).toMatchObject([{ name: 'bo', removedAt: expect.any(Number) as number }]);
    expect((await list(database.db)).rows.map(({ action }) => action)).toEqual(['operators.remove', 'operators.add']);
  });

  it.each(['', 'plo_', 'x', OWNER_TOKEN.slice(1), `${OWNER_TOKEN}x`, `plo_${'A'.repeat(43)}`])(
    'is nobody by the token %j',
    async (token) => {
      await add('bo');
      expect(await whoIs(token)).toBeUndefined();
    },
  );

  it('does not sign in by the hash of the token', async () => {
    await add('bo');
    const [row] = await database.db.select().from(operators);
    expect(await whoIs(row!.tokenSha256)).toBeUndefined();
    expect(await whoIs(`plo_${row!.tokenSha256}`)).toBeUndefined();
  });
});

describe('letting people in', () => {
  const refused: [what: string, attempt: () => Promise<unknown>, error: object][] = [
    ['twice under one name', () => add('bo'), { code: 'operator_exists', kind: 'conflict' }],
    [
      'under the name of somebody who was removed',
      () => remove('bo').then(() => add('bo')),
      { code: 'operator_name_used' },
    ],
    ['as the owner', () => add('operator'), { code: 'operator_name_malformed' }],
    ['under a name that is none', () => add('Bo B.'), { code: 'operator_name_malformed', field: 'name' }],
    ['by somebody who was let in', () => add('eve', 'user:bo'), { code: 'operator_not_owner', kind: 'forbidden' }],
    ['or putting out, by somebody who was let in', () => remove('bo', 'user:bo'), { code: 'operator_not_owner' }],
    ['or putting out somebody unknown', () => remove('eve'), { code: 'operator_unknown', kind: 'not-found' }],
  ];
  it.each(refused)('is refused %s', async (_, attempt, error) => {
    await add('bo');
    await expect(attempt()).rejects.toMatchObject(error);
  });
});
