import type { LearningCurve } from '../figures/learning-curve.ts';
import { errorBars } from './error-bars.ts';
import { colourOf, roundBounds, titleOf, valueAxis, WIDTH } from './style.ts';
import type { Plot } from './svg.ts';

/** Cross-validated AUC over the rows there were to learn from. */
export function learningCurvePlot({ points }: LearningCurve, subtitle: string): Plot {
  const bars = points.map(({ rows, auc }) => ({ at: rows, low: auc.mean - auc.sd, high: auc.mean + auc.sd }));
  const most = Math.max(...points.map(({ rows }) => rows));
  return {
    name: 'learning-curve',
    description: `Learning curve: ${points.map(({ rows, auc }) => `${rows} rows, AUC ${auc.mean.toFixed(3)}`).join('; ')}`,
    width: WIDTH,
    height: 400,
    option: {
      title: titleOf('Learning curve', `${subtitle}; whiskers ± 1 standard deviation over folds`),
      grid: { left: 68, right: 32, top: 72, bottom: 56 },
      xAxis: valueAxis('rows', 30, { ...roundBounds([0, most]), min: 0 }),
      yAxis: valueAxis('AUC (cross-validated)', 44, roundBounds(bars.flatMap(({ low, high }) => [low, high]))),
      series: [
        errorBars(bars, 'y', colourOf(0)),
        {
          type: 'line',
          silent: true,
          symbol: 'circle',
          symbolSize: 8,
          data: points.map(({ rows, auc }) => [rows, auc.mean]),
          lineStyle: { color: colourOf(0), width: 2 },
          itemStyle: { color: colourOf(0) },
        },
      ],
    },
  };
}
