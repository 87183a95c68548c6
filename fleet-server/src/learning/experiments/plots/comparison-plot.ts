import type { MetricDifference } from '../runs/compare.ts';
import { errorBars } from './error-bars.ts';
import {
  colourOf,
  gridBesideNames,
  nameAxis,
  nameOfMetric,
  NEUTRAL,
  roundBounds,
  titleOf,
  valueAxis,
  WIDTH,
} from './style.ts';
import type { Plot } from './svg.ts';

/** Runs against the first of them, one point and interval each; undefined where nothing pairs. */
export function comparisonPlot(
  runs: readonly string[],
  { metric: key, differences }: MetricDifference,
): Plot | undefined {
  const metric = nameOfMetric(key);
  const found = differences.flatMap((one, index) => (one === null ? [] : [{ name: runs[index + 1]!, ...one }]));
  if (found.length === 0) return undefined;
  return {
    name: `comparison-${key.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`,
    description: `${metric} against ${runs[0]}: ${found.map((one) => `${one.name} ${one.mean.toFixed(4)}`).join(', ')}`,
    width: WIDTH,
    height: 140 + 34 * found.length,
    option: {
      title: titleOf(`${metric} against ${runs[0]}`, 'mean difference over the same folds, 95 % intervals'),
      grid: gridBesideNames(32),
      xAxis: valueAxis(
        `difference of ${metric}`,
        28,
        roundBounds([0, ...found.flatMap(({ low, high }) => [low, high])], 0.001),
      ),
      yAxis: nameAxis(found.map(({ name }) => name)),
      series: [
        errorBars(
          found.map(({ low, high }, at) => ({ at, low, high })),
          'x',
          colourOf(0),
        ),
        {
          type: 'scatter',
          silent: true,
          symbolSize: 10,
          data: found.map(({ mean }, at) => [mean, at]),
          itemStyle: { color: colourOf(0) },
          markLine: {
            silent: true,
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: NEUTRAL, type: 'dashed', width: 1.5 },
            data: [{ xAxis: 0 }],
          },
        },
      ],
    },
  };
}
