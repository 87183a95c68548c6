import { Box, Code } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Layers } from 'lucide-react';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { ToDataset } from '../../../parts/address/to-page.tsx';
import { jobsQuery } from '../queries.ts';
import { JobState } from './job-state.tsx';
import { JobView } from './job-view.tsx';
import { sourceName } from './source-name.ts';
import { PageLink } from '../../../parts/address/links.tsx';

/** Rows that the server scores by the clock or on order. */
export function BatchJobs() {
  const asked = useQuery(jobsQuery);
  const { job } = useSearch({ from: '/data' });
  return (
    <>
      <Section
        title="Batch jobs"
        about="Rows that the server scores by the clock or on order, with the model a name means then."
      >
        <Loaded asked={asked} heightPx={200}>
          {(jobs) =>
            jobs.length === 0 ? (
              <EmptyState icon={Layers} title="No job yet">
                Score a dataset, a file or the open activities of the sites: <Code>plumbline batch create JOB</Code>
              </EmptyState>
            ) : (
              <DataTable
                caption="All batch jobs"
                minWidth={700}
                rows={jobs}
                keyOf={({ id }) => id}
                columns={[
                  {
                    key: 'id',
                    title: 'Job',
                    isHeading: true,
                    cell: ({ id }) => (
                      <PageLink
                        to="/data"
                        search={{ tab: 'batch', job: id }}
                        size="sm"
                        {...(id === job ? { 'aria-current': 'true' as const } : {})}
                      >
                        {id}
                      </PageLink>
                    ),
                  },
                  { key: 'state', title: 'State', cell: (one) => <JobState job={one} /> },
                  { key: 'model', title: 'Model', cell: ({ model }) => model },
                  {
                    key: 'source',
                    title: 'Rows',
                    cell: ({ source }) =>
                      source.kind === 'dataset' ? <ToDataset reference={source.dataset} /> : sourceName(source),
                  },
                  {
                    key: 'cron',
                    title: 'When',
                    cell: ({ cron, zone }) => (cron === undefined ? 'once' : `${cron}, ${zone}`),
                  },
                  {
                    key: 'next',
                    title: 'Next',
                    cell: ({ nextAt, state }) => (nextAt === undefined || state === 'paused' ? '–' : clock(nextAt)),
                  },
                  { key: 'by', title: 'By', cell: ({ createdBy }) => createdBy.replace(/^user:/, '') },
                ]}
              />
            )
          }
        </Loaded>
      </Section>
      {job !== undefined && (
        <Box mt="md">
          <JobView key={job} id={job} />
        </Box>
      )}
    </>
  );
}
