import type { EChartsOption, LineSeriesOption } from 'echarts';
import { useMemo } from 'react';
import { Chart } from '../../../parts/charts/chart.tsx';
import { counted, day, figure } from '../../../parts/values/figures.ts';
import { BLUE, GREY, ORANGE, timeFrame } from '../chart-style.ts';
import type { DriftPeriod, DriftReport } from '../queries.ts';
import { MEASURE_WORDS, type Measure } from './measures.ts';

type Arm = 'estimated' | 'realised';
const LOOKS: Record<Arm, { color: string; symbol: string; dash: 'dashed' | 'solid' }> = {
  estimated: { color: ORANGE, symbol: 'emptyCircle', dash: 'dashed' },
  realised: { color: BLUE, symbol: 'rect', dash: 'solid' },
};

export function PerformanceChart({ report, measure }: { report: DriftReport; measure: Measure }) {
  const option = useMemo(() => optionOf(report, measure), [report, measure]);
  return <Chart option={option} label={sentenceOf(report, measure)} height={320} />;
}

function optionOf({ periods, reference }: DriftReport, measure: Measure): EChartsOption {
  const expected = reference?.expected?.[measure];
  const dashed =
    expected === undefined
      ? {}
      : {
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: GREY, type: 'dashed' as const },
            label: { formatter: figure(expected), position: 'insideEndTop' as const, color: GREY },
            data: [{ yAxis: expected }],
          },
        };
  const [estimated, realised] = [seriesOf(periods, 'estimated', measure), seriesOf(periods, 'realised', measure)];
  const base = timeFrame(MEASURE_WORDS[measure].name, { min: 0, max: 1 });
  return {
    ...base,
    legend: { ...base.legend, data: ['estimated', 'realised'] },
    series: [...estimated.map((one, at) => (at === 0 ? { ...one, ...dashed } : one)), ...realised],
  };
}

const cut = (value: number) => Math.min(1, Math.max(0, value));

/** The line, and under it its interval as two stacked areas, the lower of them unseen. */
function seriesOf(periods: readonly DriftPeriod[], arm: Arm, measure: Measure): LineSeriesOption[] {
  const { color, symbol, dash } = LOOKS[arm];
  const points = periods.map((period) => ({ at: (period.from + period.to) / 2, ...period[arm]?.[measure] }));
  const band = (part: 'low' | 'width'): LineSeriesOption => ({
    name: `${arm} interval`,
    type: 'line',
    stack: arm,
    symbol: 'none',
    silent: true,
    tooltip: { show: false },
    lineStyle: { opacity: 0 },
    areaStyle: { color, opacity: part === 'low' ? 0 : 0.16 },
    data: points.map(({ at, low, high }) => {
      if (low === null || low === undefined || high === null || high === undefined) return [at, null];
      return [at, part === 'low' ? cut(low) : cut(high) - cut(low)];
    }),
  });
  const line: LineSeriesOption = {
    name: arm,
    type: 'line',
    color,
    symbol,
    symbolSize: 7,
    lineStyle: { type: dash, width: 2 },
    connectNulls: false,
    data: points.map(({ at, value }) => [at, value ?? null]),
  };
  return [line, band('low'), band('width')];
}

function sentenceOf({ periods, version }: DriftReport, measure: Measure): string {
  const last = (arm: Arm) => periods.findLast((period) => typeof period[arm]?.[measure].value === 'number');
  const tell = (arm: Arm) => {
    const period = last(arm);
    return period === undefined
      ? `${arm}: none`
      : `${arm} last ${figure(period[arm]?.[measure].value)} on ${day(period.from)}`;
  };
  return `${MEASURE_WORDS[measure].name} of version ${version} over ${counted(periods.length, 'period')}: ${tell('estimated')}; ${tell('realised')}`;
}
