import { Text } from '@mantine/core';
import { Tight } from '../../../parts/values/tight.tsx';
import { useServerNow } from '../../../api/server-clock.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { Ago } from '../../../parts/values/time.tsx';
import { lasted, shown } from '../../../parts/values/figures.ts';
import type { PipelineRunView } from '../queries.ts';
import { RUN_TONES } from './words.ts';
import { PageLink } from '../../../parts/address/links.tsx';

export function PipelineRuns({ runs }: { runs: readonly PipelineRunView[] }) {
  const now = useServerNow();
  return (
    <DataTable
      caption="Runs of the pipeline, the newest first"
      minWidth={760}
      rows={runs}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'id',
          title: 'Run',
          isHeading: true,
          cell: ({ id }) => (
            <PageLink to="/data/pipeline-runs/$run" params={{ run: id }} size="sm">
              {id}
            </PageLink>
          ),
        },
        {
          key: 'state',
          title: 'State',
          cell: ({ state, note }) => (
            <>
              <StateBadge tone={RUN_TONES[state]}>{state}</StateBadge>
              {note !== '' && (
                <Text size="xs" c="dimmed">
                  {note}
                </Text>
              )}
            </>
          ),
        },
        { key: 'cause', title: 'Started by', cell: ({ cause }) => cause.sentence },
        {
          key: 'parameters',
          title: 'Parameters',
          cell: ({ parameters }) =>
            Object.entries(parameters)
              .map(([name, value]) => `${name} ${shown(value)}`)
              .join(', ') || '–',
        },
        {
          key: 'error',
          title: 'Error',
          cell: ({ error }) => (error === null ? 'none' : `${error.message} [${error.code}]`),
        },
        {
          key: 'took',
          title: 'Took',
          align: 'right',
          cell: ({ startedAt, endedAt }) => (startedAt === null ? '–' : lasted((endedAt ?? now) - startedAt)),
        },
        {
          key: 'at',
          title: 'Ordered',
          cell: ({ createdAt }) => (
            <Tight>
              <Ago at={createdAt} now={now} />
            </Tight>
          ),
        },
      ]}
    />
  );
}
