import { Button, SegmentedControl, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LineChart } from 'lucide-react';
import { useState } from 'react';
import { ApiProblem } from '../../../api/problem.ts';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { counted, day, figure, whole, withBounds } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { Tight } from '../../../parts/values/tight.tsx';
import { reportQuery, type DriftReport } from '../queries.ts';
import { PerformanceChart } from './performance-chart.tsx';
import { MEASURES, MEASURE_WORDS, type Measure } from './measures.ts';

const NEWEST = 12;

/** What scores alone promise, and what outcomes showed. */
export function Performance({ line, version }: { line: string; version: string | undefined }) {
  const asked = useQuery(reportQuery(line, version));
  if (asked.error instanceof ApiProblem && asked.error.code === 'nothing_counted') {
    return <NothingCounted line={line} />;
  }
  return (
    <Loaded asked={asked} heightPx={520}>
      {(report) => <OfReport report={report} />}
    </Loaded>
  );
}

function OfReport({ report }: { report: DriftReport }) {
  const [measure, setMeasure] = useState<Measure>('brier');
  const [isWhole, setWhole] = useState(false);
  const { periods, reference, quarantined } = report;
  const shown = isWhole ? periods.toReversed() : periods.toReversed().slice(0, NEWEST);
  const { name, better } = MEASURE_WORDS[measure];
  const expected = reference?.expected?.[measure];
  const outcomes = periods.reduce((all, period) => all + period.outcomes, 0);
  return (
    <Section
      title={`Estimated against realised, ${report.line}@${report.version}`}
      about={
        <>
          Estimated: from how often the model was right at such scores on rows it had not seen, before any outcome
          (CBPE, 95 % interval). Realised: by the {counted(outcomes, 'outcome')} that came; without bounds below five
          sites. Bounds beyond 0 … 1 are cut in the drawing.
        </>
      }
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Measure"
          data={MEASURES.map((value) => ({ value, label: MEASURE_WORDS[value].name }))}
          value={measure}
          onChange={(next) => setMeasure(next as Measure)}
        />
      }
    >
      <Text size="sm">
        {name}, {better} is better.{' '}
        {expected === undefined
          ? 'The bundle has no figure of rows the model had not seen.'
          : `Dashed: ${figure(expected)} on rows it had not seen.`}
        {quarantined > 0 &&
          ` ${counted(quarantined, 'window')} of devices that claim what they cannot have seen stand in no figure.`}
      </Text>
      <PerformanceChart report={report} measure={measure} />
      <DataTable
        caption={`${name} by period`}
        minWidth={760}
        rows={shown}
        keyOf={({ from }) => String(from)}
        columns={[
          {
            key: 'period',
            title: 'Period (UTC)',
            isHeading: true,
            cell: ({ from, to }) => <Tight>{`${day(from)} … ${day(to)}`}</Tight>,
          },
          { key: 'predictions', title: 'Predictions', align: 'right', cell: ({ predictions }) => whole(predictions) },
          { key: 'outcomes', title: 'Outcomes', align: 'right', cell: (one) => whole(one.outcomes) },
          { key: 'late', title: 'Late', align: 'right', cell: ({ late }) => whole(late) },
          {
            key: 'estimated',
            title: 'Estimated',
            align: 'right',
            cell: ({ estimated }) => bounds(estimated?.[measure]),
          },
          { key: 'realised', title: 'Realised', align: 'right', cell: ({ realised }) => bounds(realised?.[measure]) },
          {
            key: 'from',
            title: 'From',
            align: 'right',
            cell: ({ devices, sites }) => `${counted(devices, 'device')}, ${counted(sites, 'site')}`,
          },
        ]}
      />
      {periods.length > NEWEST && (
        <Button size="compact-sm" variant="default" onClick={() => setWhole(!isWhole)} style={{ alignSelf: 'start' }}>
          {isWhole ? `The newest ${NEWEST} alone` : `All ${counted(periods.length, 'period')}`}
        </Button>
      )}
    </Section>
  );
}

function bounds(one: { value: number | null; low: number | null; high: number | null } | undefined): string {
  return one === undefined ? '–' : withBounds(one.value, one.low, one.high);
}

export function NothingCounted({ line }: { line: string }) {
  return (
    <EmptyState icon={LineChart} title="No device has counted anything of this version">
      Counts of a day come once it is over. Is {line} rolled out, and do its sites predict? The page Rollouts says which
      devices run it.
    </EmptyState>
  );
}
