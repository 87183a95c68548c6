import { describe, expect, it } from 'vitest';
import { datasetOf, generateDataset } from '../../learning/training/generated-dataset.ts';
import type { Example } from '../../learning/datasets/index.ts';
import { planReplay, type ReplayPlan } from './plan-replay.ts';

const DAY_MS = 86_400_000;

function planned(plan: ReplayPlan | undefined): ReplayPlan {
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

const example = (row: number, change: Partial<Example> = {}): Example => ({
  ref: `a${row}`,
  site: `s${row % 3}`,
  group: `g${row}`,
  startAt: row * DAY_MS,
  dueAt: (row + 1) * DAY_MS,
  knownAt: (row + 2) * DAY_MS,
  label: 0,
  values: {},
  ...change,
});
const groupsOf = (examples: Example[]) => [...new Set(examples.map(({ group }) => group))].toSorted();
const rows = (count: number, change: (row: number) => Partial<Example> = () => ({})) =>
  Array.from({ length: count }, (_, row) => example(row, change(row)));

describe('data along time', () => {
  const dataset = generateDataset({ seed: 3, rows: 3000, signal: 1, split: 'time' });
  const plan = planned(planReplay(dataset));

  it('is learned from up to a New Year, and only from labels that were known by then', () => {
    expect(new Date(plan.startAt).toISOString()).toMatch(/-01-01T00:00:00\.000Z$/);
    expect(plan.history.examples.length).toBeGreaterThanOrEqual(500);
    for (const { knownAt } of plan.history.examples) expect(knownAt).toBeLessThan(plan.startAt);
    const yearBefore = Date.UTC(new Date(plan.startAt).getUTCFullYear() - 1, 0, 1);
    expect(dataset.examples.filter(({ knownAt }) => knownAt < yearBefore).length).toBeLessThanOrEqual(500);
  });

  it('is lived through by every row that was not learned from, each once, in order of start', () => {
    const refs = [...plan.history.examples, ...plan.future].map(({ ref }) => ref);
    expect(refs.toSorted()).toEqual(dataset.examples.map(({ ref }) => ref).toSorted());
    const starts = plan.future.map(({ startAt }) => startAt);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    for (const { knownAt } of plan.future) {
      expect(knownAt).toBeGreaterThanOrEqual(plan.startAt);
      expect(knownAt).toBeLessThan(plan.endAt);
    }
  });

  it('needs no more than a quarter of a small dataset to begin', () => {
    const small = planned(planReplay(datasetOf(rows(800), [], 'time')));
    expect(small.startAt).toBe(Date.UTC(1971, 0, 1));
    expect(small.sites).toEqual(['s0', 's1', 's2']);
  });

  it.each([
    ['there are no rows', []],
    ['every label was known in one year', rows(100)],
  ])('is no story when %s', (_what, examples) => {
    expect(planReplay(datasetOf(examples, [], 'time'))).toBeUndefined();
  });
});

describe('data in groups', () => {
  const grouped = datasetOf(
    rows(100, (row) => ({ group: `g${row % 10}`, startAt: ((row % 10) * 100 + row) * DAY_MS })),
    [],
    'group',
  );

  it('keeps the newest fifth of the groups for the sites, and no group on both sides', () => {
    const { history, future, startAt } = planned(planReplay(grouped));
    expect(groupsOf(future)).toEqual(['g8', 'g9']);
    expect(groupsOf(history.examples)).toEqual(['g0', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7']);
    expect(history.examples.length + future.length).toBe(100);
    expect(startAt).toBe(future[0]!.startAt);
  });

  it('holds out one group of two, and is no story with a single one', () => {
    const two = rows(10, (row) => ({ group: row < 5 ? 'old' : 'new' }));
    expect(planned(planReplay(datasetOf(two, [], 'group'))).future).toHaveLength(5);
    expect(
      planReplay(
        datasetOf(
          rows(10, () => ({ group: 'one' })),
          [],
          'group',
        ),
      ),
    ).toBeUndefined();
  });

  it('gives every site a name of its own that a topic can hold', () => {
    const texts = ['Bürohaus #1', 'b rohaus-1', '???', 'north', 'x'.repeat(90)];
    const examples = rows(50, (row) => ({ group: row < 5 ? 'old' : 'new', site: texts[row % 5]! }));
    const { sites, future } = planned(planReplay(datasetOf(examples, [], 'group')));
    expect(sites).toHaveLength(5);
    for (const site of sites) expect(site).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
    expect(new Set(future.map(({ ref, site }) => `${texts[Number(ref.slice(1)) % 5]} is ${site}`)).size).toBe(5);
  });

  it('may be larger than the arguments of a function', () => {
    const many = rows(300_000, (row) => ({ group: row < 10 ? 'old' : 'new' }));
    expect(planned(planReplay(datasetOf(many, [], 'group'))).future).toHaveLength(299_990);
  });
});

it('rows without time or group are no story', () => {
  expect(planReplay(datasetOf(rows(5000), [], 'stratified'))).toBeUndefined();
});
