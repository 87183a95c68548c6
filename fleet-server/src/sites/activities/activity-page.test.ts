import type { SiteLogEntry, SiteLogField } from '@plumbline/shared/activity';
import { siteActivityPageView } from '@plumbline/shared/api/sites';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../platform/db/index.ts';
import { activityPage, appendEntries } from './index.ts';

let database: Database;
let made = 0;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
});
afterEach(() => database.close());

type ValueOf<F extends SiteLogField> = Extract<SiteLogEntry, { field: F }>['value'];

function entry<F extends SiteLogField>(
  activity: string,
  field: F,
  value: ValueOf<F>,
  head: Partial<Pick<SiteLogEntry, 'at' | 'actor' | 'base' | 'id'>> = {},
) {
  made += 1;
  return {
    id: `site-entry-${made}`,
    activity,
    base: null,
    actor: 'ana',
    at: made,
    field,
    value,
    ...head,
  } as SiteLogEntry;
}
const sha256 = 'a'.repeat(64);
const planned = (activity: string) => entry(activity, 'plan', { startAt: 1, dueAt: 2, values: {} });
const remark = (activity: string, text: string, head?: object) => entry(activity, 'note', { text }, head);
const done = (activity: string, percentComplete: number, head?: object) =>
  entry(activity, 'progress', { percentComplete, observedAt: 1 }, head);
const helped = (activity: string, yes: boolean, head?: object) =>
  entry(activity, 'feedback', { helped: yes, line: 'delay', sha256 }, head);

const append = (...entries: SiteLogEntry[]) => database.transaction((tx) => appendEntries(tx, 'north', entries));
const page = async (
  search: Parameters<typeof activityPage>[2] = {},
  paging: { limit?: number; cursor?: string } = {},
) => siteActivityPageView.parse(await activityPage(database.db, 'north', search, { limit: 100, ...paging }));
const names = async (search: Parameters<typeof activityPage>[2]) =>
  (await page(search)).activities.map(({ activity }) => activity);

describe('the activities of a site', () => {
  it('come with all that stands of them: what replaced something, and what was said besides', async () => {
    const first = done('A-1', 10);
    await append(planned('A-1'), first, done('A-1', 40, { base: first.id, actor: 'bo', at: 50 }));
    await append(done('A-1', 60, { base: first.id, actor: 'cy', at: 40 }));
    await append(entry('A-1', 'outcome', { label: 1, observedAt: 70, delayDays: 4 }, { at: 70 }));
    await append(remark('A-1', 'wet', { at: 60 }), remark('A-1', 'dry', { at: 61 }), helped('A-1', true, { at: 62 }));
    const { activities } = await page();
    expect(activities).toMatchObject([
      {
        activity: 'A-1',
        saidAt: 70,
        plan: { actor: 'ana', value: { dueAt: 2 }, besides: [] },
        progress: {
          actor: 'bo',
          value: { percentComplete: 40 },
          besides: [{ actor: 'cy', at: 40, value: { percentComplete: 60 } }],
        },
        outcome: { value: { label: 1, delayDays: 4 }, besides: [] },
        notes: [{ value: { text: 'dry' } }, { value: { text: 'wet' } }],
        feedback: [{ value: { helped: true } }],
      },
    ]);
  });

  it('stand by what people on site said last; a plan of the office says nothing', async () => {
    await append(remark('B', 'first', { at: 10 }), remark('C', 'later', { at: 20 }));
    await append(planned('Z'), planned('A'), planned('B'));
    expect(await names({})).toEqual(['C', 'B', 'A', 'Z']);
    expect(await names({ only: 'said' })).toEqual(['C', 'B']);
  });

  it('are paged without gap or repetition, also when something is said meanwhile', async () => {
    await append(
      ...[1, 2, 3, 4, 5].map((number) => remark(`A-${number}`, 'x', { at: number })),
      planned('P-1'),
      planned('P-2'),
    );
    const read: string[] = [];
    let cursor: string | undefined;
    do {
      const { activities, next, total } = await page({}, { limit: 2, ...(cursor !== undefined && { cursor }) });
      expect(total).toBeGreaterThanOrEqual(7);
      read.push(...activities.map(({ activity }) => activity));
      cursor = next ?? undefined;
      // Goes to the top of the list, which has been read.
      await append(remark('A-5', 'again', { at: 100 + read.length }));
    } while (cursor !== undefined);
    expect(read).toEqual(['A-5', 'A-4', 'A-3', 'A-2', 'A-1', 'P-1', 'P-2']);
  });

  it('follow each other as people count, also across pages where names count the same', async () => {
    await append(...['Wall 10', 'Wall 2', 'Wall 02', 'Wall 1'].map(planned));
    const { activities, next } = await page({}, { limit: 2 });
    const rest = await page({}, { cursor: next ?? '' });
    const read = [...activities, ...rest.activities].map(({ activity }) => activity);
    expect(read).toEqual(['Wall 1', 'Wall 02', 'Wall 2', 'Wall 10']);
  });

  it('are found by name, by the words of a note, by what holds them up and by who said it, in any case of any letter', async () => {
    await append(planned('Rohbau Süd'), remark('A-1', 'ÖLFLECK am Tor'), remark('A-2', 'nothing', { actor: 'Özge' }));
    await append(entry('A-3', 'progress', { percentComplete: 5, observedAt: 1, cause: 'Frost' }));
    expect(await names({ q: 'SÜD' })).toEqual(['Rohbau Süd']);
    expect(await names({ q: ' ölfleck ' })).toEqual(['A-1']);
    expect(await names({ q: 'özge' })).toEqual(['A-2']);
    expect(await names({ q: 'frost' })).toEqual(['A-3']);
    expect(await names({ q: 'percentComplete' })).toEqual([]);
    expect((await page({ q: 'a-' }, { limit: 1 })).total).toBe(3);
  });

  it('of which people said different things are found as such, until somebody settles it', async () => {
    const [one, other] = [done('A-1', 10, { actor: 'ana' }), done('A-1', 20, { actor: 'bo' })];
    await append(one, other, done('A-2', 30), remark('A-2', 'x'), remark('A-2', 'y'));
    expect(await names({ only: 'contradicted' })).toEqual(['A-1']);
    await append(done('A-1', 15, { base: other.id }));
    expect(await names({ only: 'contradicted' })).toEqual(['A-1']);
    await append(done('A-1', 15, { base: one.id }));
    expect(await names({ only: 'contradicted' })).toEqual([]);
  });

  it('say of the whole site how often a prediction helped, the last word of each counting', async () => {
    const wrong = helped('A-1', false);
    await append(wrong, helped('A-1', true, { base: wrong.id }), helped('A-2', true), helped('A-3', false));
    await append(entry('A-4', 'feedback', { helped: true, line: 'cost', sha256 }));
    const { feedback } = await page({ q: 'nowhere' });
    expect(feedback).toEqual([
      { line: 'cost', helped: 1, said: 1 },
      { line: 'delay', helped: 2, said: 3 },
    ]);
  });

  it('go on behind an entry of a clock that runs wild', async () => {
    await append(remark('A-1', 'x', { at: Number.MAX_SAFE_INTEGER }), remark('A-2', 'x', { at: -5 }), planned('A-3'));
    const { next } = await page({}, { limit: 1 });
    expect((await page({}, { limit: 5, cursor: next ?? '' })).activities.map(({ activity }) => activity)).toEqual([
      'A-2',
      'A-3',
    ]);
  });

  it('refuse a cursor that nobody gave out', async () => {
    await expect(page({}, { cursor: 'x' })).rejects.toMatchObject({ code: 'cursor_malformed', field: 'cursor' });
  });
});
