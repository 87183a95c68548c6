import { Anchor, Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Workflow } from 'lucide-react';
import { useServerNow } from '../../../api/server-clock.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Ago, clock } from '../../../parts/values/time.tsx';
import { whole } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { pipelinesQuery } from '../queries.ts';
import { triggersOf } from './triggers.ts';
import { RUN_TONES } from './words.ts';
import { WritePipeline } from './write-pipeline.tsx';
import { PageLink } from '../../../parts/address/links.tsx';

export function Pipelines() {
  const asked = useQuery(pipelinesQuery);
  const now = useServerNow();
  return (
    <Section
      title="Pipelines"
      about="A pipeline is a text that says how a model comes about, step by step."
      actions={<WritePipeline />}
    >
      <Loaded asked={asked} heightPx={220}>
        {(pipelines) =>
          pipelines.length === 0 ? (
            <EmptyState icon={Workflow} title="No pipeline yet">
              Write the steps from rows to rollout here, or into a file: <Code>plumbline pipelines put FILE</Code>. An
              example stands in the{' '}
              <Anchor href="/docs/pipelines" target="_blank" rel="noreferrer" size="sm" underline="always">
                documentation
              </Anchor>
              .
            </EmptyState>
          ) : (
            <DataTable
              caption="Pipelines"
              minWidth={760}
              rows={pipelines}
              keyOf={({ name }) => name}
              columns={[
                {
                  key: 'name',
                  title: 'Pipeline',
                  isHeading: true,
                  cell: ({ name, spec }) => (
                    <>
                      <PageLink to="/data/pipelines/$name" params={{ name }} size="sm">
                        {name}
                      </PageLink>
                      <Text size="xs" c="dimmed">
                        {spec.description}
                      </Text>
                    </>
                  ),
                },
                {
                  key: 'state',
                  title: 'State',
                  cell: ({ state }) => <StateBadge tone={state === 'active' ? 'good' : 'quiet'}>{state}</StateBadge>,
                },
                { key: 'steps', title: 'Steps', align: 'right', cell: ({ spec }) => whole(spec.steps.length) },
                { key: 'on', title: 'Starts on', cell: ({ spec }) => triggersOf(spec.on).join('; ') || 'order only' },
                {
                  key: 'next',
                  title: 'Next',
                  cell: ({ nextAt }) => (nextAt === null ? '–' : clock(nextAt)),
                },
                {
                  key: 'last',
                  title: 'Last run',
                  cell: ({ last }) =>
                    last === undefined ? (
                      'never ran'
                    ) : (
                      <>
                        <PageLink to="/data/pipeline-runs/$run" params={{ run: last.id }} size="sm">
                          <StateBadge tone={RUN_TONES[last.state]}>{last.state}</StateBadge>
                        </PageLink>
                        <Text size="xs" c="dimmed">
                          <Ago at={last.createdAt} now={now} />
                        </Text>
                      </>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
