import type { SiteLogEntry } from '@plumbline/shared/activity';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../platform/db/index.ts';
import { appendEntries, entriesOf, pageOf } from './index.ts';

const clock = createVirtualClock();
let database: Database;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
});
afterEach(() => database.close());

const entry = (number: number, at = number): SiteLogEntry => ({
  id: `site-entry-${number}`,
  activity: 'A-1',
  base: null,
  actor: 'ana',
  at,
  field: 'outcome',
  value: { label: 1, observedAt: at },
});
const entries = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => entry(from + i));
const append = (site: string, all: SiteLogEntry[]) => database.transaction((tx) => appendEntries(tx, site, all));

async function readAll(site: string, limit: number) {
  const pages = [];
  let cursor = 0;
  for (;;) {
    const page = await pageOf(database.db, site, cursor, limit);
    pages.push(page.entries.map(({ id }) => id));
    if (!page.more) return pages;
    cursor = page.cursor;
  }
}

describe('the log of a site', () => {
  it('takes each entry once, however often and in whatever company it comes', async () => {
    expect(await append('north', entries(1, 3))).toBe(3);
    expect(await append('north', entries(2, 5))).toBe(2);
    expect(await append('north', [entry(6), entry(6)])).toBe(1);
    expect(await append('north', entries(1, 6))).toBe(0);
    expect(await append('north', [])).toBe(0);
    expect((await readAll('north', 100)).flat()).toEqual(entries(1, 6).map(({ id }) => id));
  });

  it('keeps what was said first under an id', async () => {
    await append('north', [entry(1, 10)]);
    await append('north', [entry(1, 99)]);
    expect((await pageOf(database.db, 'north', 0, 10)).entries).toEqual([entry(1, 10)]);
  });

  it('keeps sites apart: the same id may stand in both, and each counts from 1', async () => {
    await append('north', entries(1, 2));
    await append('south', entries(2, 2));
    expect((await pageOf(database.db, 'south', 0, 10)).cursor).toBe(1);
    expect(await readAll('south', 10)).toEqual([['site-entry-2']]);
  });

  it('is read page by page, without gap or repetition', async () => {
    await append('north', entries(1, 5));
    expect(await readAll('north', 2)).toEqual([
      ['site-entry-1', 'site-entry-2'],
      ['site-entry-3', 'site-entry-4'],
      ['site-entry-5'],
    ]);
    expect(await readAll('north', 5)).toHaveLength(1);
  });

  it('answers a reader at its end with the same cursor and nothing more', async () => {
    await append('north', entries(1, 2));
    const end = await pageOf(database.db, 'north', 2, 10);
    expect(end).toEqual({ cursor: 2, entries: [], more: false });
    await append('north', entries(3, 3));
    expect(await pageOf(database.db, 'north', end.cursor, 10)).toEqual({ cursor: 3, entries: [entry(3)], more: false });
  });

  it('takes thousands of entries in one go', async () => {
    expect(await append('north', entries(1, 2_500))).toBe(2_500);
    expect(await append('north', entries(2_000, 3_000))).toBe(500);
    expect((await readAll('north', 500)).flat()).toHaveLength(3_000);
  });

  it('gives all outcomes of all sites, oldest first', async () => {
    await append('north', [entry(1, 30), entry(2, 10)]);
    await append('south', [entry(3, 20)]);
    const all = await entriesOf(database.db, 'outcome');
    expect(all.map(({ site, entry: one }) => [site, one.id])).toEqual([
      ['north', 'site-entry-2'],
      ['south', 'site-entry-3'],
      ['north', 'site-entry-1'],
    ]);
    expect(await entriesOf(database.db, 'plan')).toEqual([]);
  });
});
