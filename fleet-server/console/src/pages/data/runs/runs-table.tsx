import { Checkbox, Text } from '@mantine/core';
import { Tight } from '../../../parts/values/tight.tsx';
import { useServerNow } from '../../../api/server-clock.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { Ago } from '../../../parts/values/time.tsx';
import { figure } from '../../../parts/values/figures.ts';
import { DatasetLink, ToRun, ToVersion } from '../../../parts/address/to-page.tsx';
import type { RunView } from '../queries.ts';
import { RUN_STATES, SHOWN_METRICS } from './words.ts';

export function RunsTable({
  runs,
  chosen,
  onChoose,
}: {
  runs: readonly RunView[];
  chosen: readonly string[];
  onChoose: (id: string, isChosen: boolean) => void;
}) {
  const now = useServerNow();
  return (
    <DataTable
      caption="Runs, the newest first"
      minWidth={900}
      rows={runs}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'choose',
          title: 'Compare',
          cell: ({ id }) => (
            <Checkbox
              size="xs"
              aria-label={`Compare ${id}`}
              checked={chosen.includes(id)}
              onChange={(event) => onChoose(id, event.currentTarget.checked)}
            />
          ),
        },
        {
          key: 'run',
          title: 'Run',
          isHeading: true,
          cell: ({ id, experiment, kind }) => (
            <>
              <ToRun id={id} />
              <Text size="xs" c="dimmed">
                {experiment}, {kind}
              </Text>
            </>
          ),
        },
        {
          key: 'state',
          title: 'State',
          cell: ({ state, archivedAt }) => (
            <>
              <StateBadge tone={RUN_STATES[state]}>{state}</StateBadge>
              {archivedAt !== null && (
                <Text size="xs" c="dimmed">
                  archived
                </Text>
              )}
            </>
          ),
        },
        {
          key: 'dataset',
          title: 'Dataset',
          cell: ({ dataset }) => (dataset === null ? '–' : <DatasetLink {...dataset} />),
        },
        ...SHOWN_METRICS.map((metric) => ({
          key: metric,
          title: metric,
          align: 'right' as const,
          cell: ({ metrics }: RunView) => figure(metrics.values[metric]),
        })),
        {
          key: 'gate',
          title: 'Gate',
          cell: ({ metrics: { gate } }) =>
            gate === undefined ? (
              '–'
            ) : (
              <StateBadge tone={gate.verdict === 'pass' ? 'good' : 'bad'}>{gate.verdict}</StateBadge>
            ),
        },
        { key: 'result', title: 'Model', cell: ({ result }) => (result === null ? '–' : <ToVersion {...result} />) },
        {
          key: 'at',
          title: 'Started',
          cell: ({ startedAt }) => (
            <Tight>
              <Ago at={startedAt} now={now} />
            </Tight>
          ),
        },
      ]}
    />
  );
}
