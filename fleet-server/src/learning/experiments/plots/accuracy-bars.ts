import { errorBars } from './error-bars.ts';
import { colourOf, gridBesideNames, nameAxis, NEUTRAL, roundBounds, show, titleOf, valueAxis, WIDTH } from './style.ts';
import type { Plot } from './svg.ts';

export interface FoldSpread {
  name: string;
  mean: number;
  /** Value of each fold; null where it could not be computed. */
  folds: readonly (number | null)[];
}

/** One bar for each algorithm with its folds as points: how far the folds lie apart says what a difference is worth. */
export function accuracyBars(input: {
  rows: readonly FoldSpread[];
  /** `Accuracy`, `AUC` … */
  metric: string;
  /** What guessing reaches. */
  baseline?: { name: string; value: number };
  subtitle: string;
}): Plot {
  const { rows, metric, baseline, subtitle } = input;
  const foldsOf = (row: FoldSpread) =>
    row.folds.filter((value): value is number => value !== null && Number.isFinite(value));
  const values = [
    ...rows.flatMap((row) => [row.mean, ...foldsOf(row)]),
    ...(baseline === undefined ? [] : [baseline.value]),
  ];
  const bounds = roundBounds(values);
  const min = Math.max(0, bounds.min);
  const dashed = baseline === undefined ? '' : `; dashed: ${baseline.name} ${show(baseline.value)}`;
  return {
    name: 'accuracy',
    description: `${metric} by algorithm: ${rows.map((row) => `${row.name} ${show(row.mean)}`).join(', ')}`,
    width: WIDTH,
    height: 138 + 34 * rows.length,
    option: {
      title: titleOf(
        `${metric} by algorithm`,
        `${subtitle}; points are folds, whiskers ± 1 standard deviation${dashed}`,
      ),
      grid: gridBesideNames(64),
      xAxis: valueAxis(`${metric} (cross-validated; the axis begins at ${min})`, 28, { ...bounds, min }),
      yAxis: nameAxis(rows.map(({ name }) => name)),
      series: [
        {
          type: 'bar',
          silent: true,
          barWidth: 18,
          data: rows.map(({ mean }) => mean),
          itemStyle: { color: '#9ecae1' },
          ...(baseline === undefined ? {} : { markLine: baselineOf(baseline) }),
        },
        errorBars(
          rows.map((row, at) => ({ at, ...deviation(row.mean, foldsOf(row)) })),
          'x',
        ),
        {
          type: 'scatter',
          silent: true,
          symbolSize: 7,
          z: 6,
          data: rows.flatMap((row, at) => foldsOf(row).map((value) => [value, at])),
          itemStyle: { color: colourOf(0), borderColor: '#ffffff', borderWidth: 1 },
        },
        {
          // The mean stands at the right end, where no point hides it.
          type: 'custom',
          silent: true,
          data: rows.map(({ mean }, at) => [at, mean]),
          encode: { y: 0, x: 1 },
          renderItem: (
            params: { coordSys: { x: number; width: number } },
            api: { value(at: number): number; coord(point: number[]): number[] },
          ) => ({
            type: 'text',
            style: {
              text: show(api.value(1)),
              x: params.coordSys.x + params.coordSys.width + 8,
              y: api.coord([api.value(1), api.value(0)])[1],
              verticalAlign: 'middle',
              fontSize: 12,
              fill: '#222222',
            },
          }),
        },
      ],
    },
  };
}

function deviation(mean: number, folds: readonly number[]): { low: number; high: number } {
  if (folds.length < 2) return { low: Number.NaN, high: Number.NaN };
  const middle = folds.reduce((sum, value) => sum + value, 0) / folds.length;
  const sd = Math.sqrt(folds.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (folds.length - 1));
  return { low: mean - sd, high: mean + sd };
}

function baselineOf({ value }: { value: number }) {
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: NEUTRAL, type: 'dashed', width: 1.5 },
    label: { show: false },
    data: [{ xAxis: value }],
  };
}
