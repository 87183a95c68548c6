import { array, assert, constantFrom, integer, property, record, shuffledSubarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldSiteLog, siteLogEntry, type SiteLogEntry } from './site-log.ts';

const entry = (id: string, base: string | null, at: number, changed: object = {}): SiteLogEntry =>
  siteLogEntry.parse({
    id: id.padEnd(8, '-'),
    activity: 'A-1',
    base: base?.padEnd(8, '-') ?? null,
    actor: 'ana',
    at,
    field: 'outcome',
    value: { label: 1, observedAt: at },
    ...changed,
  });
const heads = (...entries: SiteLogEntry[]) => {
  const field = foldSiteLog(entries).get('A-1')?.outcome;
  return field && [field.entry, ...field.conflicts].map(({ id }) => id.replaceAll('-', ''));
};

describe('the state of an activity', () => {
  it('is the last entry of a chain, however it arrives', () => {
    const [a, b, c] = [entry('a', null, 1), entry('b', 'a', 2), entry('c', 'b', 3)];
    for (const order of [
      [a, b, c],
      [c, b, a],
      [b, c, a],
      [b, a, c],
    ])
      expect(heads(...order)).toEqual(['c']);
  });

  it('shows two edits that did not know of each other, the later one in force', () => {
    expect(heads(entry('a', null, 1), entry('b', 'a', 5), entry('c', 'a', 4))).toEqual(['b', 'c']);
    expect(heads(entry('a', null, 1), entry('b', null, 1))).toEqual(['b', 'a']);
  });

  it('is at peace again when somebody who saw one side wrote, and the other side stays shown', () => {
    const conflict = [entry('a', null, 1), entry('b', 'a', 2), entry('c', 'a', 3)];
    expect(heads(...conflict, entry('d', 'c', 4))).toEqual(['d', 'b']);
  });

  it('takes an entry whose base has not arrived yet', () => {
    expect(heads(entry('b', 'lost', 2))).toEqual(['b']);
  });

  it('goes by what the author knew, not by clocks: an earlier time does not undo a reply', () => {
    expect(heads(entry('a', null, 100), entry('b', 'a', 1))).toEqual(['b']);
  });

  it('keeps every entry of a forged ring', () => {
    expect(heads(entry('a', 'b', 1), entry('b', 'a', 2))).toEqual(['b', 'a']);
    expect(heads(entry('a', 'a', 1))).toEqual(['a']);
  });

  it('keeps fields and activities apart, whatever their names', () => {
    const plan = { field: 'plan', value: { startAt: 1, dueAt: 2, values: {} } };
    const state = foldSiteLog([
      entry('a', null, 1),
      entry('p', 'a', 2, plan),
      entry('o', null, 3, { activity: '__proto__' }),
    ]);
    expect([...state.keys()]).toEqual(['A-1', '__proto__']);
    expect(state.get('A-1')).toMatchObject({ outcome: { conflicts: [] }, plan: { conflicts: [] } });
    expect(state.get('__proto__')?.plan).toBeUndefined();
  });

  it('does not depend on order or repetition of any entries', () => {
    const ids = Array.from({ length: 12 }, (_, i) => `e${i}`);
    const drawn = array(
      record({
        base: constantFrom(null, ...ids),
        at: integer({ min: 0, max: 3 }),
        activity: constantFrom('A-1', 'A-2'),
      }),
      { maxLength: 12 },
    ).map((all) => all.map(({ base, at, activity }, i) => entry(ids[i] ?? '', base, at, { activity })));
    const orders = drawn.chain((entries) =>
      shuffledSubarray([...entries, ...entries], { minLength: entries.length * 2 }).map((order) => ({
        entries,
        order,
      })),
    );
    assert(
      property(orders, ({ entries, order }) => {
        expect(sorted(foldSiteLog(order))).toEqual(sorted(foldSiteLog(entries)));
      }),
    );
  });
});

describe('an entry', () => {
  it.each([
    ['an unknown field', { field: 'wish' }],
    ['a label that is neither late nor in time', { value: { label: 2, observedAt: 1 } }],
    ['no author', { actor: '' }],
    ['a value of another field', { field: 'plan' }],
    ['a member more', { admin: true }],
  ])('is refused with %s', (_, changed) => {
    expect(siteLogEntry.safeParse({ ...entry('a', null, 1), ...changed }).success).toBe(false);
  });
});

function sorted(state: ReturnType<typeof foldSiteLog>) {
  return [...state].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
