import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DERIVATIONS } from '@plumbline/shared/activity';
import type { Feature } from '@plumbline/shared/manifest';
import { createSeededRandom, randomSiteLog } from '@plumbline/shared/testing';
import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset, Example } from '../dataset.ts';
import { openDataset } from '../open.ts';
import { datasetVersion } from '../version.ts';
import { deriveFeatures, fillDerived, recordOf } from './derive-features.ts';
import { historiesOf, historiesOfRows } from './site-histories.ts';

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2026, 0, 1);
const NAMES = [...Object.keys(DERIVATIONS), 'trade-late-rate@1:crew', 'open-activities-of-trade@1:crew'];
const TRADES = ['masonry', 'paint', null];
const category = (name: string, more: Partial<Feature> = {}): Feature => ({
  name,
  type: 'category',
  missing: 'accept',
  from: { column: name },
  ...more,
});
const FEATURES = [category('trade'), category('crew'), { ...category('budget'), type: 'number' } satisfies Feature];

function datasetOf(seed: number, rows = 60, features = FEATURES): Dataset {
  const random = createSeededRandom(seed);
  const below = (limit: number) => Math.floor(random.next() * limit);
  const examples = Array.from({ length: rows }, (_, i): Example => {
    const startAt = FROM + below(300) * DAY_MS;
    const dueAt = startAt + below(30) * DAY_MS;
    const values = { trade: TRADES[below(3)] ?? null, crew: `crew ${below(3)}`, budget: below(1000) };
    // Some outcomes are known on the very day the next prediction is asked for.
    const knownAt = dueAt + below(10) * DAY_MS;
    return {
      ref: `row-${i}`,
      site: `s${below(3)}`,
      group: 'g',
      startAt,
      dueAt,
      knownAt,
      label: below(2) ? 1 : 0,
      values,
    };
  });
  const head = { name: 'site', target: 'late', split: 'time', features, examples } as const;
  const rest = { reader: 'table', sources: [], rejected: [], counts: {} };
  return { ...head, ...rest, version: datasetVersion(head) };
}

const derivedOf = (dataset: Dataset, names = NAMES) =>
  deriveFeatures(dataset, names).examples.map(({ values }) => names.map((name) => values[name]));

const firstPart = ({ ref }: Example) => ref.split('/')[0]!;

describe('derived columns', () => {
  it('are the same whatever becomes known at or after the moment of the row, its own label first', () => {
    const places = integer({ min: 0, max: 59 });
    assert(
      property(integer({ min: 1, max: 2 ** 31 }), places, (seed, place) => {
        const dataset = datasetOf(seed);
        const { startAt } = dataset.examples[place]!;
        const flipped = dataset.examples.map((one) =>
          one.knownAt >= startAt ? { ...one, label: one.label === 1 ? 0 : 1, knownAt: one.knownAt + DAY_MS } : one,
        ) as Example[];
        const cut = dataset.examples.filter((one, i) => one.startAt <= startAt || i === place);
        const own = derivedOf(dataset)[place];
        expect(derivedOf({ ...dataset, examples: flipped })[place]).toEqual(own);
        const inCut = cut.findIndex(({ ref }) => ref === `row-${place}`);
        expect(derivedOf({ ...dataset, examples: cut })[inCut]).toEqual(own);
      }),
      { numRuns: 15 },
    );
  });

  it('make another version, say from which, and leave the dataset they came from as it was', () => {
    const dataset = datasetOf(1);
    const before = structuredClone(dataset);
    const derived = deriveFeatures(dataset, ['planned-days@1', 'trade-late-rate@1:crew']);
    expect(dataset).toEqual(before);
    expect(derived.version).not.toBe(dataset.version);
    expect(derived.version).toBe(datasetVersion(derived));
    expect(derived.derivedFrom).toEqual([
      { dataset: `site@${dataset.version}`, operation: 'derived planned-days@1, trade-late-rate@1:crew' },
    ]);
    expect(derived.features.slice(3)).toEqual([
      { name: 'planned-days@1', type: 'number', unit: 'd', missing: 'accept', from: { derived: 'planned-days@1' } },
      {
        name: 'trade-late-rate@1:crew',
        type: 'number',
        missing: 'accept',
        from: { derived: 'trade-late-rate@1', of: 'crew' },
      },
    ]);
    const example = derived.examples[5]!;
    expect(recordOf(example).derived).toEqual({
      'planned-days@1': (example.dueAt - example.startAt) / DAY_MS,
      'trade-late-rate@1:crew': example.values['trade-late-rate@1:crew'],
    });
    expect(recordOf(dataset.examples[5]!)).not.toHaveProperty('derived');
    expect(deriveFeatures(dataset, [])).toBe(dataset);
  });

  it('keep what is private private', () => {
    const dataset = datasetOf(1, 5, [category('trade', { private: true })]);
    const derived = deriveFeatures(dataset, ['trade-finished@1', 'site-finished@1']);
    expect(derived.features.map(({ private: isPrivate }) => isPrivate ?? false)).toEqual([true, true, false]);
  });

  it.each([
    [['planned-days'], 'derivation_unknown', 'derive[0]'],
    [['planned-days@1', 'planned-days@9'], 'derivation_unknown', 'derive[1]'],
    [['planned-days@1:trade'], 'derivation_unknown', 'derive[0]'],
    [['trade-late-rate@1:colour'], 'derivation_column', 'derive[0]'],
    [['site-late-rate@1', 'trade-late-rate@1:budget'], 'derivation_column', 'derive[1]'],
    [['planned-days@1', 'planned-days@1'], 'derivation_repeated', 'derive[1]'],
  ])('are refused for %j: %s', (names, code, field) => {
    expect(() => deriveFeatures(datasetOf(1), names)).toThrow(expect.objectContaining({ code, field }));
  });

  it('are refused where the dataset has them already', () => {
    const derived = deriveFeatures(datasetOf(1), ['planned-days@1']);
    expect(() => deriveFeatures(derived, ['planned-days@1'])).toThrow(
      expect.objectContaining({ code: 'derivation_repeated' }),
    );
  });

  it('count an activity once, however many rows look at it', () => {
    const dataset = datasetOf(3);
    const twice = dataset.examples.flatMap((one) => [one, { ...one, ref: `${one.ref}/2`, startAt: one.startAt + 1 }]);
    const names = ['open-activities@1', 'site-finished@1', 'site-late-rate@1', 'replans-so-far@1'];
    const derived = deriveFeatures({ ...dataset, examples: twice }, names, { activityOf: firstPart });
    const first = derived.examples.filter(({ ref }) => !ref.includes('/'));
    expect(first.map(({ values }) => names.map((name) => values[name]))).toEqual(derivedOf(dataset, names));
  });
});

describe('histories', () => {
  it('are those of each site alone', () => {
    const entries = ['north', 'south'].flatMap((site, i) =>
      randomSiteLog(createSeededRandom(i + 1), { activities: 8, days: 60, from: FROM, prefix: site }).map((entry) => ({
        site,
        entry,
      })),
    );
    const histories = historiesOf(entries);
    const row = { ...datasetOf(1, 1).examples[0]!, startAt: FROM + 90 * DAY_MS };
    const features = deriveFeatures(datasetOf(1), ['site-finished@1']).features;
    const finishedOn = (site: string) =>
      fillDerived([{ ...row, site }], features, histories)[0]?.values['site-finished@1'];
    for (const site of ['north', 'south']) {
      const seen = entries.filter(
        ({ site: of, entry }) => of === site && entry.field === 'outcome' && entry.at < row.startAt,
      );
      expect(finishedOn(site)).toBe(new Set(seen.map(({ entry }) => entry.activity)).size);
    }
    expect(finishedOn('east')).toBeNull();
  });
});

const data = resolve(
  fileURLToPath(new URL('../../../../..', import.meta.url)),
  process.env['PLUMBLINE_SHARED'] ?? '../shared',
  'data',
);
const absent = !existsSync(data);

describe.skipIf(absent)(`real rows${absent ? ` (skipped: ${data} is absent)` : ''}`, () => {
  it.each([
    [
      'nyc-sca',
      undefined,
      ['site-late-rate@1', 'trade-late-rate@1:phase', 'open-activities@1', 'site-last-late-rate@1'],
    ],
    [
      'dslib',
      ({ ref }: Example) => ref.slice(0, ref.lastIndexOf('/')),
      ['site-late-rate@1', 'site-finished@1', 'overdue-activities@1'],
    ],
  ])('of %s, taken one by one from what was known then, give what the whole gives', async (name, activityOf, names) => {
    const dataset = await openDataset([resolve(data, name)]);
    const derived = deriveFeatures(dataset, names, activityOf && { activityOf });
    const step = Math.ceil(dataset.examples.length / 12);
    let known = 0;
    for (let i = 0; i < dataset.examples.length; i += step) {
      const row = dataset.examples[i]!;
      const own = dataset.examples.filter((one) => one.site === row.site && one.startAt <= row.startAt);
      const histories = historiesOfRows({ ...dataset, examples: own }, activityOf);
      const [alone] = fillDerived([row], derived.features, histories, activityOf && { activityOf });
      expect(names.map((one) => alone?.values[one])).toEqual(names.map((one) => derived.examples[i]?.values[one]));
      known += names.filter((one) => alone?.values[one] !== null).length;
    }
    expect(known).toBeGreaterThan(12);
  });
});
