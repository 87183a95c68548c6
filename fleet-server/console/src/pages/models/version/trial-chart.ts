import type { EChartsOption } from 'echarts';
import { percent, sizeOf } from '../../rollouts/words.ts';
import type { TrialRow } from '../model-of.ts';

export type Fate = 'chosen' | 'passed' | 'refused';

export function fateOf({ verdict, chosenFor }: TrialRow): Fate {
  if (verdict === 'refuse') return 'refused';
  return chosenFor.length > 0 ? 'chosen' : 'passed';
}

/** Told apart by shape as well as by colour. */
const LOOKS: Record<Fate, { symbol: string; color: string; size: number }> = {
  chosen: { symbol: 'diamond', color: '#12a594', size: 16 },
  passed: { symbol: 'circle', color: '#8b98a5', size: 10 },
  refused: { symbol: 'triangle', color: '#e5484d', size: 12 },
};

/** Size in bytes against agreement; an encoding that answered nowhere has no place in it. */
export function trialChart(trials: readonly TrialRow[]): EChartsOption {
  const least = Math.min(1, ...trials.flatMap(({ agreement }) => (agreement === undefined ? [] : [agreement])));
  return {
    grid: { left: 64, right: 24, top: 36, bottom: 44 },
    legend: { top: 0, itemWidth: 14, itemHeight: 14 },
    tooltip: {
      formatter: (point) => {
        const { data } = point as { data?: { name?: string; value?: [number, number] } };
        if (data?.value === undefined) return '';
        return escaped(`${data.name ?? ''}: ${sizeOf(data.value[0])}, ${percent(data.value[1], 2)} alike`);
      },
    },
    xAxis: {
      type: 'value',
      name: 'bytes of the model',
      nameLocation: 'middle',
      nameGap: 28,
      min: 0,
      axisLabel: { formatter: (bytes: number) => sizeOf(Math.round(bytes)) },
    },
    yAxis: {
      type: 'value',
      name: 'agreement',
      min: Math.max(0, Math.floor((least - 0.005) * 100) / 100),
      max: 1,
      axisLabel: { formatter: (share: number) => percent(share, 2) },
    },
    series: (Object.keys(LOOKS) as Fate[]).map((fate) => ({
      type: 'scatter',
      name: fate,
      symbol: LOOKS[fate].symbol,
      symbolSize: LOOKS[fate].size,
      itemStyle: { color: LOOKS[fate].color },
      data: trials.flatMap((row) =>
        fateOf(row) === fate && row.agreement !== undefined
          ? [{ name: row.variant, value: [row.bytes, row.agreement] }]
          : [],
      ),
    })),
  };
}

/** What the library puts into the page as HTML. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
