import type { ReliabilityBin } from '../figures/reliability.ts';
import { errorBars } from './error-bars.ts';
import { colourOf, NEUTRAL, show, titleOf, valueAxis } from './style.ts';
import type { Plot } from './svg.ts';

/** What happened against what the model said; below it, how many rows each point stands for. */
export function calibrationPlot(bins: readonly ReliabilityBin[], subtitle: string): Plot {
  const share = { min: 0, max: 1, interval: 0.2 };
  return {
    name: 'calibration',
    description: `Calibration: ${bins.map((bin) => `said ${show(bin.meanScore, 2)}, was ${show(bin.share, 2)}`).join('; ')}`,
    width: 520,
    height: 600,
    option: {
      title: titleOf('Calibration', `${subtitle}; bins of about equal size, 95 % intervals`, 520),
      grid: [
        { left: 64, right: 28, top: 84, height: 350 },
        { left: 64, right: 28, top: 462, height: 76 },
      ],
      xAxis: [
        { ...valueAxis('', 0, share), gridIndex: 0, axisLabel: { show: false }, containShape: false },
        { ...valueAxis('predicted probability of being late', 30, share), gridIndex: 1, containShape: false },
      ],
      yAxis: [
        { ...valueAxis('share that was late', 40, share), gridIndex: 0 },
        { ...valueAxis('rows', 40, { min: 0 }), gridIndex: 1, splitNumber: 2 },
      ],
      series: [
        {
          type: 'line',
          silent: true,
          symbol: 'none',
          data: [
            [0, 0],
            [1, 1],
          ],
          lineStyle: { color: NEUTRAL, type: [3, 4], width: 1.5 },
        },
        errorBars(
          bins.map(({ meanScore, low, high }) => ({ at: meanScore, low, high })),
          'y',
          colourOf(0),
        ),
        {
          type: 'line',
          silent: true,
          symbol: 'circle',
          symbolSize: 8,
          data: bins.map(({ meanScore, share: was }) => [meanScore, was]),
          lineStyle: { color: colourOf(0), width: 2 },
          itemStyle: { color: colourOf(0) },
        },
        {
          type: 'bar',
          silent: true,
          xAxisIndex: 1,
          yAxisIndex: 1,
          barWidth: 8,
          data: bins.map(({ meanScore, rows }) => [meanScore, rows]),
          itemStyle: { color: '#9ecae1' },
        },
      ],
    },
  };
}
