import { reference as referenceSchema } from '@plumbline/shared/drift';
import type { Feature } from '@plumbline/shared/manifest';
import { describe, expect, it } from 'vitest';
import { datasetOf, featureOf, generateDataset } from '../../training/generated-dataset.ts';
import { fitColumns, buildMatrix, encodeTable, fitMember } from '../../learners/index.ts';
import { knownBefore } from '../card-of.ts';
import { referenceFrom, referenceOf } from '../describe-model.ts';
import type { ReferenceRow } from './describe-rows.ts';
import { knownOutcomes } from './known-outcomes.ts';

const row = (site: string, at: number, values: ReferenceRow['values'], label: 0 | 1 = 0): ReferenceRow => ({
  site,
  at,
  label,
  values,
});
const number = featureOf('crew');
const scored = (rows: readonly unknown[]) => rows.map(() => 0.5);

describe('what a reference says of its rows', () => {
  const rows = [
    row('north', 3, { crew: 4 }),
    row('north', 1, { crew: 4 }),
    row('north', 2, { crew: null }),
    row('south', 1, { crew: 0 }),
    row('south', 2, { crew: -3 }),
    row('south', 3, { crew: -3 }),
  ];
  const made = referenceFrom([number], rows, scored(rows));

  it('is a reference of the contract', () => expect(referenceSchema.safeParse(made).error).toBeUndefined());

  it('has the range of its numbers', () => expect(made.support).toEqual({ crew: { low: -3, high: 4 } }));

  it('has their octaves, whatever the sign', () => {
    expect(made.scale).toEqual({
      crew: [
        [-128, 1],
        [1, 2],
        [2, 2],
      ],
    });
  });

  it('counts repeats at each site in order of time, gaps passed over', () => {
    expect(made.repeats).toEqual({ crew: { count: 2, of: 3 } });
  });

  it('does not say how alike rows of a site are, of two sites', () => {
    expect(made.clusters).toEqual({ sites: 2, designEffect: {}, correlation: {}, freedom: {} });
  });

  it('has no range of a feature that is always missing', () => {
    expect(referenceFrom([number], [row('north', 1, { crew: null })], [0.5]).support).toEqual({});
  });
});

describe('rows of one site that are alike', () => {
  const sites = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const twenty = Array.from({ length: 20 }, (_, at) => at);
  const of = (value: (site: number, at: number) => number) => {
    const rows = sites.flatMap((site, s) => twenty.map((at) => row(site, at, { crew: value(s, at) })));
    return referenceFrom([number], rows, scored(rows)).clusters!;
  };

  it('have a design effect of their number where each site has one value', () => {
    const { designEffect, correlation } = of((site) => site);
    expect(designEffect['crew']).toBeGreaterThan(15);
    expect(correlation?.['crew']).toBeCloseTo(1, 1);
  });

  it('have none where all sites have the same values', () => {
    expect(of((_, at) => at).designEffect['crew']).toBe(1);
  });
});

const levels = (name: string, count: number): [Feature, (at: number) => string] => [
  featureOf(name, 'category'),
  (at) => `${name}-${at % count}`,
];
const slicesMade = (columns: [Feature, (at: number) => string][]) => {
  const rows = Array.from({ length: 900 }, (_, at) =>
    row('north', at, Object.fromEntries(columns.map(([{ name }, of]) => [name, of(at)])), at % 3 === 0 ? 1 : 0),
  );
  return referenceFrom(
    columns.map(([feature]) => feature),
    rows,
    rows.map(({ label }) => (label === 1 ? 0.91 : 0.12)),
  ).slices!;
};

describe('slices', () => {
  it('count rows, late ones and scores of a level', () => {
    const [first] = slicesMade([levels('trade', 2)]);
    const score = Array.from({ length: 20 }, (_, bin) => (bin === 2 ? 300 : bin === 18 ? 150 : 0));
    expect(first).toEqual({
      name: 'trade: trade-0',
      feature: 'trade',
      level: 'trade-0',
      rows: 450,
      positive: 150,
      score,
    });
  });

  it('are at most sixteen, and none stands alone', () => {
    const found = slicesMade([levels('a', 5), levels('b', 4), levels('c', 3), levels('d', 3), levels('e', 6)]);
    expect(found.length).toBeLessThanOrEqual(16);
    const byFeature = Map.groupBy(found, ({ feature }) => feature);
    expect([...byFeature.keys()]).toEqual(['c', 'd', 'b', 'a']);
    expect(Math.min(...[...byFeature.values()].map((all) => all.length))).toBeGreaterThan(1);
  });

  it('leave out levels with too few rows, and features with one level', () => {
    expect(slicesMade([levels('a', 1), levels('b', 300)])).toEqual([]);
  });
});

describe('what is private', () => {
  const secret = 'wage-4711';
  const rows = Array.from({ length: 120 }, (_, at) =>
    row('north', at, { wage: 4711 + at, class: at % 2 === 0 ? secret : 'other', again: 4711 + at, crew: at }),
  );
  const features: Feature[] = [
    { ...featureOf('wage'), private: true },
    { ...featureOf('class', 'category'), private: true },
    { ...featureOf('again'), from: { column: 'wage' } },
    number,
  ];

  it('is nowhere in a reference: not as range, octave, repeat, slice or cluster, nor by another name', () => {
    const made = referenceFrom(features, rows, scored(rows));
    expect(made.features.map(({ bins }) => bins.name)).toEqual(['crew']);
    for (const part of [made.support, made.scale, made.repeats, made.clusters?.designEffect]) {
      expect(Object.keys(part ?? {}).filter((name) => name !== 'crew')).toEqual([]);
    }
    expect(made.slices).toEqual([]);
    expect(JSON.stringify(made)).not.toMatch(/4711|wage|again/);
  });
});

describe('known outcomes', () => {
  const some = {
    basis: 'out-of-fold' as const,
    scores: Float64Array.of(0.1, 0.12, 0.6, 0.9),
    labels: Uint8Array.of(0, 1, 0, 1),
    sites: ['a', 'a', 'b', 'b'],
  };

  it('are counted by score and outcome, beside how well the model did', () => {
    const { calibration, expected } = knownOutcomes(some);
    expect(calibration!.negative.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))).toEqual([
      [2, 1],
      [12, 1],
    ]);
    expect(calibration!.positive.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))).toEqual([
      [2, 1],
      [18, 1],
    ]);
    expect(calibration).toMatchObject({ basis: 'out-of-fold', clusters: 2, threshold: 0.5 });
    expect(expected).toMatchObject({ auc: 0.75, accuracy: 0.5, rows: 4 });
    expect(expected!.brier).toBeCloseTo((0.01 + 0.7744 + 0.36 + 0.01) / 4, 10);
  });

  it('take the threshold that the costs gave', () => {
    const found = knownOutcomes({ ...some, threshold: 0.7 });
    expect(found.calibration!.threshold).toBe(0.7);
    expect(found.expected!.accuracy).toBe(0.75);
  });

  it('say nothing of what to expect where all outcomes are the same', () => {
    const found = knownOutcomes({ ...some, labels: Uint8Array.of(1, 1, 1, 1) });
    expect(found.expected).toBeUndefined();
    expect(found.calibration).toBeDefined();
  });
});

describe('a reference of a trained model', () => {
  const dataset = generateDataset({ seed: 5, rows: 240, signal: 1 });
  const table = encodeTable(dataset.examples, dataset.features);
  const all = Int32Array.from(dataset.examples.keys());
  const member = { algorithm: 'logistic', parameters: { c: 1 } } as const;
  const model = fitMember(member, buildMatrix(table, fitColumns(table, all), all), {
    task: 'classification',
    seed: 1,
  });
  // Out of fold, the newer half alone was scored, the newest first: as under a split by time.
  const rows = all.slice(120).toReversed();
  const outOfFold = {
    refs: Array.from(rows, (at) => dataset.examples[at]!.ref),
    scores: Float64Array.from(rows, (at) => (dataset.examples[at]!.label === 1 ? 0.77 : 0.22)),
    labels: Uint8Array.from(rows, (at) => dataset.examples[at]!.label),
    folds: new Int32Array(120),
  };

  it('puts the score of each row to that row, also where not all were scored', () => {
    const made = referenceOf(dataset, { model, outOfFold });
    expect(made.rows).toBe(240);
    expect(made.slices).toHaveLength(3);
    for (const { rows: count, positive, score } of made.slices ?? []) {
      expect([score[15], score[4]]).toEqual([positive, count - positive]);
    }
    expect(made.calibration!.positive[15]).toBe(outOfFold.labels.reduce((sum, label) => sum + label, 0));
    expect(made.expected).toMatchObject({ auc: 1, rows: 120 });
  });

  it.each([
    ['differ', [0.1, 0.3, 0.5, 0.7], 0.9],
    ['say the same', [0.3, 0.3, 0.3, 0.3], 0],
  ])('says how alike the scores of one model are where models of its configuration %s', (_, means, least) => {
    const folds = Int32Array.from(rows, (__, place) => place % 4);
    const scores = Float64Array.from(rows, (at, place) => means[place % 4]! + 0.01 * (at % 3));
    const { clusters } = referenceOf(dataset, { model, outOfFold: { ...outOfFold, scores, folds } });
    expect(clusters!.correlation!['(score)']).toBeGreaterThanOrEqual(least);
    expect(clusters!.correlation!['(score)']).toBeLessThan(least + 0.1001);
  });

  it('expects nothing of a model whose scores out of fold nobody has', () => {
    const made = referenceOf(dataset, { model });
    expect([made.calibration, made.expected]).toEqual([undefined, undefined]);
  });

  it('says until when its labels were known', () => {
    const latest = Math.max(...dataset.examples.map(({ knownAt }) => knownAt));
    expect(knownBefore(dataset)).toBe(latest + 1);
    expect(knownBefore(datasetOf([], [], 'time'))).toBe(0);
  });
});
