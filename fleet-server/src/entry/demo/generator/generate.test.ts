import { describe, expect, test } from 'vitest';
import { dueWithin, splitBySite, summary } from '../../../learning/datasets/index.ts';
import { createDraw } from './draw.ts';
import { generateDataset, GeneratorError, SHIFT_AT } from './index.ts';
import { planProject } from './network.ts';

const dataset = generateDataset();
const year = (number: number) => Date.UTC(number, 0, 1);
const lateShare = (examples: readonly { label: number }[]) =>
  examples.reduce((late, example) => late + example.label, 0) / examples.length;

describe('the generated activities', () => {
  test('are the same for the same seed and others for another', () => {
    expect(generateDataset().version).toBe(dataset.version);
    expect(generateDataset({ seed: 8 }).version).not.toBe(dataset.version);
  });

  test('are some 6 000 over seven years and eight sites, and 35 to 50 % are late', () => {
    const { kept, overall, byYear, bySite } = summary(dataset);
    expect(kept).toBeGreaterThan(5_500);
    expect(kept).toBeLessThan(7_500);
    expect(overall.baseRate).toBeGreaterThan(0.35);
    expect(overall.baseRate).toBeLessThan(0.5);
    expect(Object.keys(byYear)).toEqual(['2019', '2020', '2021', '2022', '2023', '2024', '2025']);
    expect(Object.keys(bySite)).toHaveLength(8);
  });

  test('say that they are not real', () => {
    expect(dataset).toMatchObject({ reader: 'generated', sources: [] });
    expect(dataset.target).toContain('not real');
  });

  test('have a start, a plan and a moment of truth in this order, a value for every feature, and a ref of their own', () => {
    for (const { startAt, dueAt, knownAt, values } of dataset.examples) {
      expect(startAt).toBeLessThan(knownAt);
      expect(dueAt).toBeLessThan(knownAt);
      expect(Object.keys(values)).toEqual(dataset.features.map((feature) => feature.name));
    }
    expect(new Set(dataset.examples.map((example) => example.ref)).size).toBe(dataset.examples.length);
  });

  test('change at the stated date: what waits for material was the safe half and becomes the late one', () => {
    const waits = (of: typeof dataset.examples, yes: boolean) =>
      of.filter((example) => Number(example.values['lead_days']) > 30 === yes);
    const before = dueWithin(dataset, 0, SHIFT_AT);
    const after = dueWithin(dataset, year(2024), year(2026));
    expect(lateShare(waits(before, true))).toBeLessThan(lateShare(waits(before, false)));
    expect(lateShare(waits(after, true))).toBeGreaterThan(lateShare(waits(after, false)) + 0.1);
    const firms = (of: typeof dataset.examples) =>
      new Set(of.map((example) => String(example.values['subcontractor'])));
    expect([...firms(before)].filter((firm) => firm.startsWith('new-'))).toEqual([]);
    expect([...firms(after)].some((firm) => firm.startsWith('new-'))).toBe(true);
  });

  test('of one site stay the same when there are more sites', () => {
    const fewer = generateDataset({ sites: 2 });
    expect(splitBySite(fewer).get('site-02')).toEqual(splitBySite(dataset).get('site-02'));
  });

  test.each([{ sites: 0 }, { sites: 1.5 }, { firstYear: 2026 }])('refuse the option %j', (options) => {
    expect(() => generateDataset(options)).toThrow(GeneratorError);
  });
});

test('a planned project has a critical path without float, and no activity starts before its predecessors end', () => {
  for (let seed = 0; seed < 20; seed++) {
    const activities = planProject('hospital', createDraw(seed));
    expect(Math.min(...activities.map((activity) => activity.totalFloat))).toBe(0);
    for (const activity of activities) {
      expect(activity.finish - activity.start).toBe(activity.days);
      for (const before of activity.predecessors)
        expect(activities[before]!.finish).toBeLessThanOrEqual(activity.start);
    }
  }
});
