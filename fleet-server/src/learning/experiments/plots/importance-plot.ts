import type { NativeImportance } from '../figures/native-importance.ts';
import type { PermutationImportance } from '../figures/permutation.ts';
import { errorBars } from './error-bars.ts';
import { gridBesideNames, nameAxis, NEUTRAL, roundBounds, titleOf, valueAxis, WIDTH } from './style.ts';
import type { Plot } from './svg.ts';

const MOST = 20;

/** By how much the error grows without a feature. A whisker over zero: it may be worth nothing. */
export function permutationPlot(
  features: readonly Pick<PermutationImportance, 'feature' | 'mean' | 'low' | 'high'>[],
  subtitle: string,
  axis = 'growth of the Brier score when shuffled',
): Plot {
  const shown = features.slice(0, MOST);
  const finite = shown.flatMap(({ low, mean, high }) => [low, mean, high, 0]).filter(Number.isFinite);
  return barPlot({
    name: 'importance',
    title: 'Importance by permutation',
    subtitle: `${subtitle}; 95 % intervals${shortened(features.length)}`,
    axis,
    bars: shown.map(({ feature, mean }) => ({ feature, value: mean })),
    bounds: roundBounds(finite, 0.001),
    whiskers: shown.map(({ low, high }, at) => ({ at, low, high })),
  });
}

/** What the model says of itself: gain of trees, weights of a linear model. */
export function nativePlot({ by, features }: NativeImportance, subtitle: string): Plot {
  const shown = features.slice(0, MOST);
  const gain = by === 'gain';
  return barPlot({
    name: `importance-${by}`,
    title: gain ? 'Importance by gain' : 'Importance by weight',
    subtitle: `${subtitle}${shortened(features.length)}`,
    axis: gain ? 'share of the spread of the answers' : 'standard deviation of the addition to the log-odds',
    bars: shown,
    bounds: { ...roundBounds([0, ...shown.map(({ value }) => value)], 0.001), min: 0 },
    whiskers: [],
  });
}

function shortened(features: number): string {
  return features > MOST ? `; ${MOST} of ${features} features` : '';
}

function barPlot(input: {
  name: string;
  title: string;
  subtitle: string;
  axis: string;
  bars: readonly { feature: string; value: number }[];
  bounds: { min: number; max: number; interval: number };
  whiskers: readonly { at: number; low: number; high: number }[];
}): Plot {
  const { name, title, subtitle, axis, bars, bounds, whiskers } = input;
  return {
    name,
    description: `${title}: ${bars
      .slice(0, 5)
      .map((one) => one.feature)
      .join(', ')}`,
    width: WIDTH,
    height: 138 + 26 * bars.length,
    option: {
      title: titleOf(title, subtitle),
      grid: gridBesideNames(32),
      xAxis: valueAxis(axis, 28, bounds),
      yAxis: nameAxis(bars.map(({ feature }) => feature)),
      series: [
        {
          type: 'bar',
          silent: true,
          barWidth: 14,
          data: bars.map(({ value }) => value),
          itemStyle: { color: '#6baed6' },
          markLine: {
            silent: true,
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: NEUTRAL, type: 'solid', width: 1 },
            data: [{ xAxis: 0 }],
          },
        },
        errorBars(whiskers, 'x'),
      ],
    },
  };
}
