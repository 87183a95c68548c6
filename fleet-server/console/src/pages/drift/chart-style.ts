import type { EChartsOption } from 'echarts';

/** Told apart on light and on dark ground, and by those who see no red or green. */
export const BLUE = '#4a86c5';
export const ORANGE = '#d9822b';
export const GREY = '#8a94a0';

/** Time runs to the right in UTC; the legend stands above. */
export function timeFrame(yName: string, bounds: { min?: number; max?: number } = {}): EChartsOption {
  return {
    useUTC: true,
    legend: { top: 0, left: 0, itemWidth: 18, data: [] },
    grid: { left: 56, right: 20, top: 48, bottom: 32 },
    tooltip: { trigger: 'axis', confine: true },
    xAxis: { type: 'time' },
    yAxis: { type: 'value', name: yName, nameGap: 12, scale: true, ...bounds },
  };
}
