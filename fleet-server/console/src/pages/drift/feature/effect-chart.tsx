import { Text } from '@mantine/core';
import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { Chart } from '../../../parts/charts/chart.tsx';
import { counted, day, figure } from '../../../parts/values/figures.ts';
import { BLUE, ORANGE, timeFrame } from '../chart-style.ts';
import type { KeptFinding } from '../queries.ts';

/** The effect look by look; alarms are diamonds, the change point a line within its interval. */
export function EffectChart({ feature, findings }: { feature: string; findings: readonly KeptFinding[] }) {
  const looks = useMemo(
    () =>
      findings
        .filter(({ kind, scope }) => kind === 'covariate' && scope.of === 'fleet')
        .toSorted((a, b) => a.to - b.to),
    [findings],
  );
  const option = useMemo(() => optionOf(looks), [looks]);
  if (looks.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No look at this feature is kept for this version.
      </Text>
    );
  }
  const alarms = looks.filter(({ alarm }) => alarm).length;
  const since = looks.findLast((look) => look.since !== undefined)?.since;
  const change = since === undefined ? 'no change point' : `change point ${day(since.at)}`;
  return (
    <>
      <Chart
        option={option}
        height={240}
        label={`Effect of ${feature} over ${counted(looks.length, 'look')}, last ${figure(looks.at(-1)?.effect)}; ${counted(alarms, 'alarm')}; ${change}`}
      />
      <Text size="sm">
        {counted(looks.length, 'look')}, {counted(alarms, 'alarm')}.{' '}
        {since === undefined
          ? 'No change point was found.'
          : `It likely changed on ${day(since.at)}, between ${day(since.low)} and ${day(since.high)}.`}
      </Text>
    </>
  );
}

function optionOf(looks: readonly KeptFinding[]): EChartsOption {
  const since = looks.findLast((look) => look.since !== undefined)?.since;
  const base = timeFrame('effect', { min: 0 });
  return {
    ...base,
    legend: { ...base.legend, show: false },
    series: [
      {
        name: 'effect',
        type: 'line',
        color: BLUE,
        symbolSize: 7,
        data: looks.map(({ to, effect, alarm }) => ({
          value: [to, effect],
          ...(alarm ? { symbol: 'diamond', symbolSize: 13, itemStyle: { color: ORANGE } } : {}),
        })),
        ...(since === undefined
          ? {}
          : {
              markLine: {
                silent: true,
                symbol: 'none',
                lineStyle: { color: ORANGE, width: 2 },
                label: { formatter: `changed ${day(since.at)}`, position: 'end' },
                data: [{ xAxis: since.at }],
              },
              markArea: {
                silent: true,
                itemStyle: { color: ORANGE, opacity: 0.14 },
                data: [[{ xAxis: since.low }, { xAxis: since.high }]],
              },
            }),
      },
    ],
  };
}
