import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase, rolloutDecisions, type Database } from '../../platform/db/index.ts';
import { decisionPage, listDecisions, newestDecisions } from './read-decisions.ts';

const EACH = 450;
let database: Database;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
  // Of two rollouts in turn: ids of one leave gaps.
  const rows = Array.from({ length: 2 * EACH }, (_, at) => ({
    rollout: at % 2 === 0 ? 'one' : 'other',
    at,
    stage: 0,
    verdict: at < 2 ? 'create' : 'inconclusive',
    sentence: String(at),
    numbers: '{}',
  }));
  await database.transaction(async (tx) => {
    for (let from = 0; from < rows.length; from += 300) {
      await tx.insert(rolloutDecisions).values(rows.slice(from, from + 300));
    }
  });
});
afterEach(() => database.close());

it('are followed to the newest, each once, and looked back on to the first', async () => {
  const all = (await listDecisions(database.db, 'one')).map(({ id }) => id);
  expect(all).toHaveLength(EACH);
  const onward: number[] = [];
  for (let more = true; more;) {
    const page = await decisionPage(database.db, 'one', { after: onward.at(-1) ?? 0, limit: 100 });
    onward.push(...page.decisions.map(({ id }) => id));
    ({ more } = page);
  }
  expect(onward).toEqual(all);
  let back: number[] = [];
  for (let more = true; more;) {
    const page = await decisionPage(database.db, 'one', { before: back[0] ?? Number.MAX_SAFE_INTEGER, limit: 100 });
    back = [...page.decisions.map(({ id }) => id), ...back];
    ({ more } = page);
  }
  expect(back).toEqual(all);
});

it('are told by the first and the newest, and by all of them while they are few', async () => {
  const { decisions, decisionsLeftOut } = await newestDecisions(database.db, 'one');
  expect(decisionsLeftOut).toBe(true);
  expect(decisions).toHaveLength(201);
  expect([decisions[0]?.verdict, decisions[1]?.sentence, decisions.at(-1)?.sentence]).toEqual(['create', '500', '898']);
  expect(await newestDecisions(database.db, 'nobody')).toEqual({ decisions: [], decisionsLeftOut: false });
});
