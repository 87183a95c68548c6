import { colourOf, NEUTRAL, roundBounds, show, titleOf, valueAxis } from './style.ts';
import type { Plot } from './svg.ts';

/** More points than that are one blot, and a large file. */
const MOST_POINTS = 1000;
const SIDE = 520;

/** What was said against what happened: on the line it was right. Thinned evenly, in order of what was said. */
export function daysPlot(said: ArrayLike<number>, happened: ArrayLike<number>, subtitle: string): Plot {
  const order = Array.from({ length: said.length }, (_, row) => row).toSorted((a, b) => said[a]! - said[b]! || a - b);
  const step = Math.max(1, Math.ceil(order.length / MOST_POINTS));
  const points = order.filter((_, at) => at % step === 0).map((row) => [said[row]!, happened[row]!] as const);
  const bounds = roundBounds(points.flat(), 1);
  return {
    name: 'days',
    description: `Delay days said and happened: ${said.length} rows, said ${show(points[0]?.[0], 1)} to ${show(points.at(-1)?.[0], 1)}`,
    width: SIDE,
    height: 560,
    option: {
      title: titleOf('Delay days', `${subtitle}${step > 1 ? `; every ${step}th row` : ''}`, SIDE),
      grid: [{ left: 72, right: 28, top: 84, height: 400 }],
      xAxis: [{ ...valueAxis('days said', 30, bounds), containShape: false }],
      yAxis: [valueAxis('days that happened', 46, bounds)],
      series: [
        {
          type: 'line',
          silent: true,
          symbol: 'none',
          data: [
            [bounds.min, bounds.min],
            [bounds.max, bounds.max],
          ],
          lineStyle: { color: NEUTRAL, type: [3, 4], width: 1.5 },
        },
        {
          type: 'scatter',
          silent: true,
          symbolSize: 4,
          data: points,
          itemStyle: { color: colourOf(0), opacity: 0.5 },
        },
      ],
    },
  };
}
