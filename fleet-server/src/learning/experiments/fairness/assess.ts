import { createRandom, deriveSeed } from '../../learners/index.ts';
import type { Scores } from '../../training/index.ts';
import { ExperimentError } from '../errors.ts';
import type { Interval } from '../figures/interval.ts';
import { chanceOf } from './chance.ts';
import { pooled, TOO_SMALL } from './pool.ts';
import { quantile } from './quantile.ts';
import { disparityOf, figuresOf, type Counts, type Disparity, type GroupFigures } from './measures.ts';
import type { Slice } from './slices.ts';
import { tallyOf, type Tally } from './tally.ts';

export type Measure = Exclude<keyof GroupFigures, 'count'>;

export interface GroupReport extends GroupFigures {
  group: string;
  intervals: Partial<Record<Measure, Interval>>;
}

export interface SliceReport {
  slice: string;
  /** Confidence of its intervals: the slices of a report share 95 %, so that one wrong word in twenty reports is expected. */
  level: number;
  /** The largest first. */
  groups: GroupReport[];
  disparity: Disparity;
  intervals: Partial<Record<keyof Disparity, Interval>>;
  /** Differences that groups dealt by chance would show at this level. A difference below it says nothing. */
  byChance: Pick<Disparity, 'demographicParityDifference' | 'equalizedOddsDifference'>;
  /** Groups of too few rows to be compared; their figures stand together under one name. */
  tooSmall: { minimum: number; rows: number; groups: string[]; more: number };
  /** Rows that do not say to which group they belong. */
  unknown: number;
  sentence: string;
}

export interface FairnessOptions {
  seed: number;
  /** A score from here on counts as late. Default 0.5. */
  threshold?: number;
  /** Fewer rows are no group. Default 30. */
  minimumRows?: number;
  /** One number a row: equal ones are drawn together. Default: each row for itself. */
  clusters?: Int32Array;
  /** Bootstrap samples. Default 1000. */
  samples?: number;
}

const MEASURES: readonly Measure[] = [
  'selectionRate',
  'accuracy',
  'truePositiveRate',
  'falsePositiveRate',
  'falseNegativeRate',
];
const DISPARITIES: readonly (keyof Disparity)[] = [
  'demographicParityDifference',
  'demographicParityRatio',
  'equalizedOddsDifference',
  'equalizedOddsRatio',
];

/**
 * How a model treats groups of rows differently: Fairlearn's definitions, with intervals by a bootstrap over clusters.
 * A difference of largest and smallest is never below zero, so beside its interval stands what chance would show.
 * @throws ExperimentError `rows_differ`
 */
export function assessFairness(
  labels: Uint8Array,
  scores: Scores,
  slices: readonly Slice[],
  options: FairnessOptions,
): SliceReport[] {
  const { seed, threshold = 0.5, minimumRows = 30, samples = 1000 } = options;
  const clusters = options.clusters ?? Int32Array.from(labels.keys());
  const level = 1 - 0.05 / Math.max(1, slices.length);
  return slices.map((slice) => {
    if ([labels, scores, clusters].some(({ length }) => length !== slice.groups.length)) {
      throw new ExperimentError(
        'rows_differ',
        `slice ${slice.name} is of ${slice.groups.length} rows, the labels of ${labels.length}`,
        {
          field: `slices.${slice.name}`,
          expected: `${labels.length} rows`,
        },
      );
    }
    const { assigned, names, tooSmall, unknown } = pooled(slice, minimumRows);
    const tally = tallyOf({ labels, scores, threshold, clusters, assigned, groups: names.length });
    const found = names.map((_, group) => figuresOf(tally.total(group)));
    const compared = found.filter((_, group) => names[group] !== TOO_SMALL);
    const disparity = disparityOf(compared);
    const drawn = bootstrap(tally, names, samples, level, deriveSeed(seed, 'fairness', slice.name));
    const byChance = chanceOf(tally, names, { level, seed: deriveSeed(seed, 'fairness-chance', slice.name) });
    const groups = names
      .map((group, index) => ({ group, ...found[index]!, intervals: drawn.groups[index]! }))
      .toSorted((a, b) => b.count - a.count || (a.group < b.group ? -1 : 1));
    const report = {
      slice: slice.name,
      level,
      groups,
      disparity,
      intervals: drawn.disparity,
      byChance,
      tooSmall,
      unknown,
    };
    return { ...report, sentence: sentenceOf(report) };
  });
}

function bootstrap(tally: Tally, names: readonly string[], samples: number, level: number, seed: number) {
  const random = createRandom(seed);
  const ofGroups = names.map(() => MEASURES.map((): number[] => []));
  const ofDisparity = DISPARITIES.map((): number[] => []);
  for (let sample = 0; sample < samples; sample++) {
    const counts: Counts[] = tally.drawn(random);
    const figures = counts.map(figuresOf);
    figures.forEach((one, group) =>
      MEASURES.forEach((measure, at) => {
        const value = one[measure];
        if (value !== null) ofGroups[group]![at]!.push(value);
      }),
    );
    const disparity = disparityOf(figures.filter((_, group) => names[group] !== TOO_SMALL));
    DISPARITIES.forEach((measure, at) => {
      const value = disparity[measure];
      if (value !== null) ofDisparity[at]!.push(value);
    });
  }
  return {
    groups: ofGroups.map((values) => intervalsOf(MEASURES, values, level)),
    disparity: intervalsOf(DISPARITIES, ofDisparity, level),
  };
}

function intervalsOf<Key extends string>(keys: readonly Key[], values: readonly number[][], level: number) {
  const found: Partial<Record<Key, Interval>> = {};
  keys.forEach((key, at) => {
    const sorted = values[at]!.toSorted((a, b) => a - b);
    if (sorted.length > 0)
      found[key] = { low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
  });
  return found;
}

function sentenceOf({ slice, groups, disparity, byChance, level }: Omit<SliceReport, 'sentence'>): string {
  const compared = groups.filter(({ group }) => group !== TOO_SMALL).length;
  if (compared < 2) return `${slice}: nothing to compare, ${compared} group has enough rows.`;
  const found = (
    [
      ['share of warnings', 'demographicParityDifference'],
      ['odds of a right or wrong warning', 'equalizedOddsDifference'],
    ] as const
  ).flatMap(([what, key]) => {
    const [value, bound] = [disparity[key], byChance[key]];
    return value !== null && bound !== null && value > bound
      ? [`the ${what} differs by ${value.toFixed(3)} (chance: up to ${bound.toFixed(3)})`]
      : [];
  });
  if (found.length === 0)
    return `${slice}: no difference beyond chance over ${compared} groups at ${(level * 100).toFixed(1)} %.`;
  return `${slice}: ${found.join('; ')} over ${compared} groups.`;
}
