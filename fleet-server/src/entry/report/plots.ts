import type { PerformanceName } from '@plumbline/shared/drift';
import { errorBars, plotStyle, type Plot } from '../../learning/experiments/index.ts';
import type { DriftMaterial, Histogram, Period, SiteShare } from './material.ts';

const { colourOf, gridBesideNames, legendAt, nameAxis, NEUTRAL, roundBounds, show, titleOf, valueAxis, WIDTH } =
  plotStyle;

const BEFORE = '#bdbdbd';
const LONGEST_NAME = 28;
const MOST_SITES = 20;
/** Of a category: the bins that differ most are shown. */
const MOST_BINS = 24;

const MEASURES: Record<PerformanceName, string> = { brier: 'Brier score', auc: 'AUC', accuracy: 'Accuracy' };

/** Predictions by period, and of how many the outcome is known. */
export function windowsPlot({ periods, line, version }: DriftMaterial): Plot {
  const total = sum(periods.map(({ predictions }) => predictions));
  return {
    name: 'windows',
    description: `${total} predictions of ${line}@${version} in ${periods.length} periods`,
    width: WIDTH,
    height: 320,
    option: {
      title: titleOf('Predictions over time', 'by the day of the prediction; outcomes that are known of them so far'),
      legend: { ...legendAt(62), itemStyle: {}, itemWidth: 14, data: ['predictions', 'outcomes known'] },
      grid: { left: 72, right: 24, top: 96, bottom: 56 },
      xAxis: timeAxis(periods),
      yAxis: valueAxis('predictions', 52, { min: 0 }),
      series: [
        bars(
          'predictions',
          periods.map(({ predictions }) => predictions),
          '#9ecae1',
          '-100%',
        ),
        bars(
          'outcomes known',
          periods.map(({ outcomes }) => outcomes),
          colourOf(0),
        ),
      ],
    },
  };
}

/** One measure, as estimated before outcomes and as realised; undefined where neither is known. */
export function performancePlot({ periods, reference }: DriftMaterial, measure: PerformanceName): Plot | undefined {
  const [estimated, realised] = [pointsOf(periods, 'estimated', measure), pointsOf(periods, 'realised', measure)];
  if (estimated.length + realised.length === 0) return undefined;
  const expected = reference?.expected?.[measure];
  const title = MEASURES[measure];
  const better = measure === 'brier' ? 'lower is better' : 'higher is better';
  const dashed = expected === undefined ? '' : `; dashed: ${show(expected)} on rows it had not seen`;
  const seen = [...estimated, ...realised].flatMap(({ value, low, high }) => [value, low, high]);
  const series = [
    { name: 'estimated', points: estimated, colour: colourOf(1), symbol: 'emptyCircle' },
    { name: 'realised', points: realised, colour: colourOf(0), symbol: 'circle' },
  ].filter(({ points }) => points.length > 0);
  return {
    name: `performance-${measure}`,
    description: `${title}: ${series.map(({ name, points }) => `${name} ${show(points.at(-1)?.value)} last`).join(', ')}`,
    width: WIDTH,
    height: 360,
    option: {
      title: titleOf(
        title,
        `${better}; 95 % intervals; an estimate holds as long as a score means what it meant${dashed}`,
      ),
      legend: { ...legendAt(78), data: series.map(({ name }) => name) },
      grid: { left: 72, right: 24, top: 112, bottom: 56 },
      xAxis: timeAxis(periods),
      yAxis: valueAxis(title, 52, roundBounds([...seen, ...(expected === undefined ? [] : [expected])])),
      series: series.flatMap(({ name, points, colour, symbol }, at) => [
        errorBars(points, 'y', colour),
        {
          type: 'line',
          name,
          silent: true,
          symbol,
          symbolSize: 7,
          data: points.map(({ at: period, value }) => [period, value]),
          lineStyle: { color: colour, width: 1.5 },
          itemStyle: { color: colour },
          ...(at === 0 && expected !== undefined ? { markLine: levelAt(expected) } : {}),
        },
      ]),
    },
  };
}

/** Shares by bin, in the reference and now. @param name of its file, unique in the page */
export function histogramPlot({ name: feature, bins, reference, now }: Histogram, name: string, says = ''): Plot {
  const [before, after] = [sharesOf(reference), sharesOf(now)];
  const all = bins.map((label, bin) => ({ label: cut(label), before: before[bin] ?? 0, after: after[bin] ?? 0 }));
  const some = all.filter((one) => one.before > 0 || one.after > 0);
  const moved = some.toSorted((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before));
  const kept = new Set(moved.slice(0, MOST_BINS));
  const rows = some.filter((one) => kept.has(one));
  const [most] = moved;
  const left = some.length > rows.length ? `; ${some.length - rows.length} bins that moved less are left out` : '';
  return {
    name,
    description: `${feature}: ${sum(now)} predictions against ${sum(reference)} rows${most === undefined ? '' : `; ${most.label} was ${show(most.before, 2)}, is ${show(most.after, 2)}`}`,
    width: WIDTH,
    height: 150 + 26 * Math.max(1, rows.length),
    option: {
      title: titleOf(
        cut(feature, 60),
        `${says}share of ${sum(reference)} rows of the reference and of ${sum(now)} predictions now${left}`,
      ),
      legend: { ...legendAt(74), itemStyle: {}, itemWidth: 14, data: ['reference', 'now'] },
      grid: { ...gridBesideNames(28), top: 104 },
      xAxis: valueAxis('share', 28, { min: 0 }),
      yAxis: nameAxis(rows.map(({ label }) => label)),
      series: [
        bars(
          'reference',
          rows.map((one) => one.before),
          BEFORE,
        ),
        bars(
          'now',
          rows.map((one) => one.after),
          colourOf(0),
        ),
      ],
    },
  };
}

/** Where the predictions of now come from. */
export function sitesPlot(sites: readonly SiteShare[]): Plot | undefined {
  const shown = sites.slice(0, MOST_SITES);
  if (shown.length < 2) return undefined;
  return {
    name: 'sites',
    description: `Predictions by site: ${shown.map(({ site, predictions }) => `${site} ${predictions}`).join(', ')}`,
    width: WIDTH,
    height: 138 + 24 * shown.length,
    option: {
      title: titleOf(
        'Where they come from',
        `predictions now, by site${sites.length > shown.length ? `; the largest ${MOST_SITES} of ${sites.length}` : ''}`,
      ),
      grid: gridBesideNames(28),
      xAxis: valueAxis('predictions', 28, { min: 0 }),
      yAxis: nameAxis(shown.map(({ site }) => cut(site))),
      series: [
        bars(
          'predictions',
          shown.map(({ predictions }) => predictions),
          '#9ecae1',
        ),
      ],
    },
  };
}

interface Point {
  at: number;
  value: number;
  low: number;
  high: number;
}

function pointsOf(periods: readonly Period[], of: 'estimated' | 'realised', measure: PerformanceName): Point[] {
  return periods.flatMap((period, at) => {
    const { value, low, high } = period[of]?.[measure] ?? { value: null, low: null, high: null };
    return value === null ? [] : [{ at, value, low: low ?? Number.NaN, high: high ?? Number.NaN }];
  });
}

function timeAxis(periods: readonly Period[]) {
  return {
    type: 'category',
    data: periods.map(({ from }) => dayOf(from)),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: '#888888' } },
    axisLabel: { color: '#222222', fontSize: 11, hideOverlap: true },
  };
}

function bars(name: string, data: readonly number[], color: string, barGap?: string) {
  return { type: 'bar', name, silent: true, data: [...data], itemStyle: { color }, ...(barGap ? { barGap } : {}) };
}

function levelAt(value: number) {
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: NEUTRAL, type: 'dashed', width: 1.5 },
    label: { show: false },
    data: [{ yAxis: value }],
  };
}

function sharesOf(counts: readonly number[]): number[] {
  const all = sum(counts);
  return counts.map((count) => (all === 0 ? 0 : count / all));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

function cut(text: string, length = LONGEST_NAME): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** A UTC day; of shorter periods the minute too. */
export function dayOf(at: number): string {
  const text = new Date(at).toISOString();
  return at % 86_400_000 === 0 ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ');
}
