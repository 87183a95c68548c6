import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../shared/src/testing/index.ts';
import {
  addUser,
  changePassword,
  createApiToken,
  findApiToken,
  findSession,
  issueSetupCode,
  listApiTokens,
  listUsers,
  redeemCode,
  removeUser,
  signInByPassword,
} from '../../fleet-server/src/platform/access/index.ts';
import { chainHead, verifyChain } from '../../fleet-server/src/platform/audit/index.ts';
import { openDatabase, type Database } from '../../fleet-server/src/platform/db/index.ts';

const PASSWORD = 'five words by chance';

/** People, their sessions and tokens, on a database other than the usual one. */
export function accessContract(freshUrl: () => Promise<string>): void {
  describe('under users, sessions and tokens', () => {
    const clock = createVirtualClock();
    const { now } = clock;
    let database: Database;

    beforeAll(async () => {
      database = await openDatabase({ url: await freshUrl(), clock });
      const { code } = await database.transaction((tx) => issueSetupCode(tx, 'user:operator', now()));
      await redeemCode({ database, now }, { code, name: 'ana', password: PASSWORD });
    });
    afterAll(() => database.close());

    it('lets in, changes the password and puts out', async () => {
      const assignments = [{ role: 'operator', sites: ['north'] }];
      const bo = await database.transaction((tx) => addUser(tx, 'user:ana', { name: 'bo', assignments, now: now() }));
      await redeemCode({ database, now }, { code: bo.code, name: 'bo', password: PASSWORD });
      const first = await signInByPassword({ database, now }, { name: 'bo', password: PASSWORD });
      const change = { name: 'bo', password: PASSWORD, next: 'six words by good chance' };
      const second = await changePassword({ database, now }, change);
      expect(await findSession(database, first.id, now())).toBeUndefined();
      const session = await findSession(database, second.id, now());
      expect(session).toMatchObject({ csrf: second.csrf, principal: { actor: 'user:bo', assignments } });

      const wanted = { name: 'ci', scopes: ['devices:read'], days: 1, now: now() };
      const { token } = await database.transaction((tx) => createApiToken(tx, session!.principal, wanted));
      await clock.advance(60_000);
      expect(await findApiToken(database, token, now())).toMatchObject({ actor: 'user:bo', assignments, by: 'token' });
      expect(await listApiTokens(database.db, 'bo')).toMatchObject([{ scopes: ['devices:read'], revokedAt: null }]);

      await database.transaction((tx) => removeUser(tx, 'user:ana', 'bo'));
      expect(await findSession(database, second.id, now())).toBeUndefined();
      expect(await findApiToken(database, token, now())).toBeUndefined();
      expect(await listUsers(database.db)).toMatchObject([{ name: 'ana' }, { name: 'bo', hasPassword: false }]);
      expect(await verifyChain(database.db, await chainHead(database.db))).toBeNull();
    });

    it('a code that two take at once lets one of them in', async () => {
      const add = { name: 'cy', assignments: [{ role: 'viewer', sites: 'all' }], now: now() };
      const { code } = await database.transaction((tx) => addUser(tx, 'user:ana', add));
      const both = await Promise.allSettled(
        ['one of two passwords', 'two of two passwords'].map((password) =>
          redeemCode({ database, now }, { code, name: 'cy', password }),
        ),
      );
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });
  });
}
