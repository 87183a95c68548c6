import { thinned, type Curve } from '../figures/curves.ts';
import { colourOf, dashOf, legendAt, NEUTRAL, show, titleOf, valueAxis } from './style.ts';
import type { Plot } from './svg.ts';

export interface NamedCurve {
  name: string;
  curve: Curve;
}

const SIZE = { width: 520, height: 520 };
const GRID = { left: 64, right: 28, bottom: 56 };

/** Receiver operating characteristic; the diagonal is what chance reaches. */
export function rocPlot(curves: readonly NamedCurve[], subtitle: string): Plot {
  return curvePlot({
    name: 'roc',
    title: 'ROC curve',
    subtitle,
    x: 'false positive rate',
    y: 'true positive rate',
    curves: curves.map(({ name, curve }) => ({ name: `${name} (AUC ${show(curve.area)})`, curve })),
    chance: {
      name: 'chance',
      points: [
        [0, 0],
        [1, 1],
      ],
    },
  });
}

/** Precision over recall; the level line is the share of late rows, which chance reaches. */
export function precisionRecallPlot(curves: readonly NamedCurve[], baseRate: number, subtitle: string): Plot {
  return curvePlot({
    name: 'precision-recall',
    title: 'Precision and recall',
    subtitle,
    x: 'recall (share of late activities found)',
    y: 'precision (share of warnings that are right)',
    curves: curves.map(({ name, curve }) => ({ name: `${name} (average precision ${show(curve.area)})`, curve })),
    chance: {
      name: `chance (${show(baseRate)})`,
      points: [
        [0, baseRate],
        [1, baseRate],
      ],
    },
  });
}

interface CurveInput {
  name: string;
  title: string;
  subtitle: string;
  x: string;
  y: string;
  curves: readonly NamedCurve[];
  chance: { name: string; points: [number, number][] };
}

function curvePlot({ name, title, subtitle, x, y, curves, chance }: CurveInput): Plot {
  const legend = 20 * (curves.length + 1);
  const bounds = { min: 0, max: 1, interval: 0.2 };
  return {
    name,
    description: `${title}: ${curves.map((one) => one.name).join(', ')}`,
    width: SIZE.width,
    height: SIZE.height + legend,
    option: {
      title: titleOf(title, subtitle, SIZE.width),
      legend: {
        ...legendAt(58),
        orient: 'vertical',
        itemGap: 4,
        data: [...curves.map((one) => one.name), chance.name],
      },
      grid: { ...GRID, top: 70 + legend },
      xAxis: valueAxis(x, 30, bounds),
      yAxis: valueAxis(y, 40, bounds),
      series: [
        ...curves.map((one, index) => ({
          type: 'line',
          name: one.name,
          silent: true,
          symbol: 'none',
          data: thinned(one.curve).points.map((point) => [rounded(point.x), rounded(point.y)]),
          lineStyle: { color: colourOf(index), type: dashOf(index), width: 2 },
          itemStyle: { color: colourOf(index) },
        })),
        {
          type: 'line',
          name: chance.name,
          silent: true,
          symbol: 'none',
          data: chance.points,
          lineStyle: { color: NEUTRAL, type: [3, 4], width: 1.5 },
          itemStyle: { color: NEUTRAL },
        },
      ],
    },
  };
}

/** The fifth digit is beyond a pixel, and would only make files longer. */
function rounded(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
