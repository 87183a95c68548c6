import { Card, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Ruler } from 'lucide-react';
import type { Card as ModelCard } from '../model-of.ts';
import { figure, metricName, withInterval } from '../words.ts';
import { IntervalBar } from './interval-bar.tsx';

/** How good it is, on rows it had not seen: figures, calibration, mistakes, and what it looks at. */
export function FiguresPanel({ card }: { card: ModelCard }) {
  const { crossValidated, holdout, baseline, calibration, confusion, importance } = card;
  const metrics = [...new Set([...Object.keys(crossValidated), ...Object.keys(holdout ?? {})])];
  if (metrics.length === 0) {
    return (
      <EmptyState icon={Ruler} title="Nothing was measured">
        A model from elsewhere is judged when rows are given with it:{' '}
        <code>plumbline models import FILE --dataset NAME</code>.
      </EmptyState>
    );
  }
  return (
    <Stack>
      <Card withBorder>
        <Title order={2} mb="xs">
          Figures
        </Title>
        <DataTable
          caption="Figures with 95 % intervals"
          rows={metrics}
          keyOf={(metric) => metric}
          columns={[
            { key: 'metric', title: 'Figure', isHeading: true, cell: metricName },
            {
              key: 'folds',
              title: 'Out of fold',
              align: 'right',
              cell: (metric) => (crossValidated[metric] === undefined ? '–' : withInterval(crossValidated[metric])),
            },
            {
              key: 'held',
              title: 'Held out',
              align: 'right',
              cell: (metric) => (holdout?.[metric] === undefined ? '–' : withInterval(holdout[metric])),
            },
            {
              key: 'base',
              title: 'Without a model',
              align: 'right',
              cell: (metric) => (baseline[metric] === undefined ? '–' : figure(baseline[metric])),
            },
          ]}
        />
        <Text size="xs" c="dimmed" mt="xs">
          {card.data === null ? '' : `${card.data.rows.toLocaleString('en')} rows. `}Brackets hold 95 % intervals;
          without a model: always the base rate, or the best constant.
        </Text>
      </Card>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {calibration !== null && (
          <Card withBorder>
            <Title order={2} mb="xs">
              Calibration
            </Title>
            <Text size="sm">
              Chances are off by {figure(calibration.error)} on average; perfectly calibrated ones would show{' '}
              {figure(calibration.byChance)} on as many rows:{' '}
              {calibration.error > calibration.byChance ? 'more than chance.' : 'no more than chance.'}
            </Text>
            <Text size="sm" mt="xs">
              Slope {figure(calibration.slope)} (1 is calibrated
              {calibration.slope < 1 ? '; below: too sure of itself' : '; above: too timid'}), intercept{' '}
              {figure(calibration.intercept)} (0 is calibrated).
            </Text>
          </Card>
        )}
        {confusion !== null && <Confusion confusion={confusion} />}
      </SimpleGrid>
      {importance.features.length > 0 && (
        <Card withBorder>
          <Title order={2}>What it looks at</Title>
          <Text size="sm" c="dimmed" mb="xs">
            How much worse it gets when a feature is shuffled, on rows{' '}
            {importance.basis === 'held out' ? 'it had not seen' : 'it learned from'}; the bar is the 95 % interval.
          </Text>
          <Importance features={importance.features} />
        </Card>
      )}
    </Stack>
  );
}

function Importance({ features }: { features: ModelCard['importance']['features'] }) {
  const most = Math.max(...features.map(({ high }) => high), 1e-9);
  const least = Math.min(0, ...features.map(({ low }) => low));
  return (
    <DataTable
      caption="Importance of features"
      rows={features}
      keyOf={({ feature }) => feature}
      columns={[
        { key: 'feature', title: 'Feature', isHeading: true, cell: ({ feature }) => feature },
        {
          key: 'bar',
          title: 'Drawn',
          cell: ({ mean, low, high }) => <IntervalBar value={mean} low={low} high={high} from={least} to={most} />,
        },
        {
          key: 'value',
          title: 'Mean (95 %)',
          align: 'right',
          cell: ({ mean, low, high }) => withInterval({ value: mean, low, high }),
        },
      ]}
    />
  );
}

function Confusion({ confusion }: { confusion: NonNullable<ModelCard['confusion']> }) {
  const rows = [
    { said: 'Said late', late: confusion.hits, inTime: confusion.alarms },
    { said: 'Said in time', late: confusion.misses, inTime: confusion.passes },
  ];
  return (
    <Card withBorder>
      <Title order={2} mb="xs">
        Right and wrong, at {figure(confusion.threshold, 2)}
      </Title>
      <DataTable
        caption="What was said against what was"
        rows={rows}
        keyOf={({ said }) => said}
        columns={[
          { key: 'said', title: 'Of all rows', isHeading: true, cell: ({ said }) => said },
          { key: 'late', title: 'Was late', align: 'right', cell: ({ late }) => late.toLocaleString('en') },
          { key: 'time', title: 'Was in time', align: 'right', cell: ({ inTime }) => inTime.toLocaleString('en') },
        ]}
      />
    </Card>
  );
}
