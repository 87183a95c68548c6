import type { Confusion } from '../../training/index.ts';
import { show, titleOf } from './style.ts';
import type { Plot } from './svg.ts';

/** Counts of what was against what was said, shaded by the share of the row: recall stands on the diagonal. */
export function confusionMap(input: {
  confusion: Confusion;
  threshold: number;
  subtitle: string;
  /** Of label 0 and of label 1. */
  names?: readonly [string, string];
}): Plot {
  const { confusion, threshold, subtitle, names = ['in time', 'late'] } = input;
  const { hits, misses, alarms, passes } = confusion;
  const accuracy = (hits + passes) / (hits + misses + alarms + passes);
  const rows = [
    [passes, alarms],
    [misses, hits],
  ];
  const data = rows.flatMap((counts, was) => {
    const total = counts[0]! + counts[1]!;
    return counts.map((count, said) => {
      const share = total === 0 ? 0 : count / total;
      return {
        value: [said, was, share],
        label: {
          color: share > 0.55 ? '#ffffff' : '#222222',
          formatter: `{count|${count}}\n${(share * 100).toFixed(1)} % of ${total}`,
        },
      };
    });
  });
  const axis = {
    type: 'category',
    data: [...names],
    nameLocation: 'middle',
    nameTextStyle: { color: '#222222', fontSize: 12 },
    axisTick: { show: false },
    axisLabel: { color: '#222222', fontSize: 12 },
    splitArea: { show: false },
  };
  return {
    name: 'confusion',
    description: `Confusion matrix: ${hits} rightly and ${alarms} wrongly said to be ${names[1]}, ${passes} rightly and ${misses} wrongly said to be ${names[0]}`,
    width: 480,
    height: 420,
    option: {
      title: titleOf('Confusion matrix', `${subtitle}\nthreshold ${show(threshold)}, accuracy ${show(accuracy)}`, 480),
      grid: { left: 76, right: 24, top: 92, bottom: 56 },
      xAxis: { ...axis, name: 'said', nameGap: 30 },
      yAxis: { ...axis, name: 'was', nameGap: 56, inverse: true, axisLabel: { ...axis.axisLabel, rotate: 90 } },
      visualMap: { show: false, min: 0, max: 1, inRange: { color: ['#f7fbff', '#6baed6', '#08306b'] } },
      series: [
        {
          type: 'heatmap',
          silent: true,
          data,
          label: {
            show: true,
            fontSize: 12,
            lineHeight: 20,
            rich: { count: { fontSize: 22, fontWeight: 600, lineHeight: 30 } },
          },
          itemStyle: { borderColor: '#ffffff', borderWidth: 3 },
        },
      ],
    },
  };
}
