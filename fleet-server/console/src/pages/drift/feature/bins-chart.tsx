import { Text } from '@mantine/core';
import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { Chart } from '../../../parts/charts/chart.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { percent, whole } from '../../../parts/values/figures.ts';
import { BLUE, GREY } from '../chart-style.ts';
import type { DriftHistogram } from '../queries.ts';
import { sum } from './difference.ts';
import { pooledBins, type PooledBin } from './pooled-bins.ts';

/** Shares by bin, training beside now, in the bins that a look compares. */
export function BinsChart({ bins }: { bins: DriftHistogram }) {
  const pooled = useMemo(() => pooledBins(bins.bins, bins.reference, bins.now), [bins]);
  const option = useMemo(() => optionOf(pooled), [pooled]);
  const joined = pooled.filter(({ of }) => of.length > 1);
  const most = pooled.toSorted((a, b) => apart(b, pooled) - apart(a, pooled))[0];
  return (
    <>
      <Chart
        option={option}
        height={300}
        label={`Shares of ${bins.name} by bin, training and now${most === undefined ? '' : `; furthest apart: ${most.name}, ${tell(most, pooled)}`}`}
      />
      {joined.length > 0 && (
        <Text size="sm" c="dimmed">
          Joined, because fewer than five predictions may be expected in each:{' '}
          {joined.map(({ name, of }) => (of.join(' + ') === name ? name : `${name} (${of.join(', ')})`)).join('; ')}.
        </Text>
      )}
      <DataTable
        caption={`${bins.name} by bin`}
        minWidth={460}
        rows={pooled}
        keyOf={({ of }) => of.join()}
        columns={[
          { key: 'bin', title: 'Bin', isHeading: true, cell: ({ name }) => name },
          { key: 'rows', title: 'Training', align: 'right', cell: ({ reference }) => whole(reference) },
          { key: 'before', title: 'Share', align: 'right', cell: (bin) => percent(sharesOf(bin, pooled)[0]) },
          { key: 'now', title: 'Now', align: 'right', cell: ({ now }) => whole(now) },
          { key: 'after', title: 'Share', align: 'right', cell: (bin) => percent(sharesOf(bin, pooled)[1]) },
        ]}
      />
    </>
  );
}

function sharesOf({ reference, now }: PooledBin, all: readonly PooledBin[]): [before: number, after: number] {
  const of = (key: 'reference' | 'now') => Math.max(1, sum(all.map((one) => one[key])));
  return [reference / of('reference'), now / of('now')];
}

function apart(bin: PooledBin, all: readonly PooledBin[]): number {
  const [before, after] = sharesOf(bin, all);
  return Math.abs(after - before);
}

function tell(bin: PooledBin, all: readonly PooledBin[]): string {
  const [before, after] = sharesOf(bin, all);
  return `${percent(before, 0)} in training, ${percent(after, 0)} now`;
}

function optionOf(pooled: readonly PooledBin[]): EChartsOption {
  const shares = pooled.map((bin) => sharesOf(bin, pooled));
  return {
    legend: { top: 0, left: 0, data: ['training', 'now'] },
    grid: { left: 52, right: 16, top: 48, bottom: pooled.length > 8 ? 72 : 28 },
    tooltip: { trigger: 'axis', confine: true, valueFormatter: (value) => percent(Number(value) / 100) },
    xAxis: {
      type: 'category',
      data: pooled.map(({ name }) => name),
      axisLabel: { interval: 0, rotate: pooled.length > 8 ? 35 : 0, width: 110, overflow: 'truncate' },
    },
    yAxis: { type: 'value', name: 'share, %' },
    series: [
      {
        name: 'training',
        type: 'bar',
        color: GREY,
        data: shares.map(([before]) => 100 * before),
      },
      { name: 'now', type: 'bar', color: BLUE, data: shares.map(([, after]) => 100 * after) },
    ],
  };
}
