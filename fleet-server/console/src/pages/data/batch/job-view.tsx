import { Anchor, Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ListX } from 'lucide-react';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { figure, lasted, whole } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { ToVersion } from '../../../parts/address/to-page.tsx';
import { jobQuery } from '../queries.ts';
import { JobActs } from './job-acts.tsx';

/** One job and what its runs brought. */
export function JobView({ id }: { id: string }) {
  const asked = useQuery(jobQuery(id));
  return (
    <Section
      title={`Runs of ${id}`}
      about="The newest first; results are one JSON object a line."
      actions={asked.data !== undefined && <JobActs job={asked.data} runs={asked.data.runs.length} />}
    >
      <Loaded asked={asked} heightPx={180}>
        {({ runs, keepRuns }) =>
          runs.length === 0 ? (
            <EmptyState icon={ListX} title="It never ran">
              Run it now, or <Code>plumbline batch run {id}</Code>
            </EmptyState>
          ) : (
            <>
              <DataTable
                caption={`Runs of ${id}, the newest first`}
                minWidth={800}
                rows={runs}
                keyOf={({ run }) => String(run)}
                columns={[
                  { key: 'run', title: 'Run', isHeading: true, cell: ({ run }) => String(run) },
                  {
                    key: 'state',
                    title: 'State',
                    cell: ({ state }) => <StateBadge tone={state === 'succeeded' ? 'good' : 'bad'}>{state}</StateBadge>,
                  },
                  { key: 'due', title: 'Due', cell: ({ dueAt }) => clock(dueAt) },
                  {
                    key: 'took',
                    title: 'Took',
                    align: 'right',
                    cell: ({ startedAt, finishedAt }) => lasted(finishedAt - startedAt),
                  },
                  {
                    key: 'model',
                    title: 'Model',
                    cell: ({ line, version }) =>
                      line === undefined || version === undefined ? '–' : <ToVersion line={line} version={version} />,
                  },
                  { key: 'rows', title: 'Rows', align: 'right', cell: ({ rows }) => whole(rows) },
                  {
                    key: 'bad',
                    title: 'Without a score',
                    cell: ({ bad, summary }) =>
                      bad === 0
                        ? 'none'
                        : `${whole(bad)} (${Object.entries(summary?.bad ?? {})
                            .map(([code, n]) => `${code} ${whole(n)}`)
                            .join(', ')})`,
                  },
                  {
                    key: 'scores',
                    title: 'Scores',
                    cell: ({ summary, error }) =>
                      error === undefined ? (
                        <>
                          mean {figure(summary?.mean)}
                          <Text size="xs" c="dimmed">
                            {figure(summary?.min)} … {figure(summary?.max)}
                            {summary !== undefined && summary.absent.length > 0
                              ? `; columns the rows lack: ${summary.absent.join(', ')}`
                              : ''}
                          </Text>
                        </>
                      ) : (
                        `${error.message} [${error.code}]`
                      ),
                  },
                  {
                    key: 'results',
                    title: 'Results',
                    cell: ({ run, artifact }) =>
                      artifact === undefined ? (
                        '–'
                      ) : (
                        <Anchor
                          href={`/api/v1/batch/${encodeURIComponent(id)}/results?run=${run}`}
                          download={`${id}-${run}.ndjson`}
                          size="sm"
                        >
                          JSON lines
                        </Anchor>
                      ),
                  },
                ]}
              />
              <Text size="xs" c="dimmed">
                The newest {keepRuns} are kept.
              </Text>
            </>
          )
        }
      </Loaded>
    </Section>
  );
}
