import { Code, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Page } from '../../../parts/page/page.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { Facts } from '../../../parts/values/facts.tsx';
import { lasted, shown } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { pipelineQuery, type PipelineView } from '../queries.ts';
import { PipelineActs } from './pipeline-acts.tsx';
import { PipelineGraph } from './pipeline-graph.tsx';
import { PipelineRuns } from './pipeline-runs.tsx';
import { triggersOf } from './triggers.ts';

/** One pipeline: its steps, what starts it, and its runs. */
export function Pipeline() {
  const { name } = useParams({ from: '/data/pipelines/$name' });
  const asked = useQuery(pipelineQuery(name));
  return (
    <Page
      title={name}
      docs="pipelines"
      about={asked.data?.spec.description || 'A pipeline.'}
      actions={asked.data !== undefined && <PipelineActs pipeline={asked.data} />}
    >
      <Loaded asked={asked} heightPx={420}>
        {(pipeline) => <OfPipeline pipeline={pipeline} />}
      </Loaded>
    </Page>
  );
}

function OfPipeline({ pipeline }: { pipeline: PipelineView }) {
  const { spec, runs } = pipeline;
  const parameters = Object.entries(spec.parameters);
  return (
    <Stack>
      <Section
        title="Steps"
        actions={<StateBadge tone={pipeline.state === 'active' ? 'good' : 'quiet'}>{pipeline.state}</StateBadge>}
      >
        <PipelineGraph steps={spec.steps} />
        <Facts
          facts={[
            ['Starts on', triggersOf(spec.on).join('; ') || 'order only'],
            ['Next by the clock', pipeline.nextAt === null ? '–' : clock(pipeline.nextAt)],
            ['Calls from outside', pipeline.hasSecret ? 'signed by a secret' : 'none may start it'],
            ['Revision', `${pipeline.revision}, ${clock(pipeline.updatedAt)}`],
          ]}
        />
        <DataTable
          caption="Steps of the pipeline"
          minWidth={640}
          rows={spec.steps}
          keyOf={({ name }) => name}
          columns={[
            { key: 'name', title: 'Step', isHeading: true, cell: ({ name }) => name },
            { key: 'uses', title: 'Does', cell: ({ uses }) => <Code>{uses}</Code> },
            {
              key: 'with',
              title: 'With',
              cell: ({ with: settings }) => (
                <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                  {Object.entries(settings)
                    .map(([key, value]) => `${key}: ${shown(value)}`)
                    .join(', ') || '–'}
                </Text>
              ),
            },
            { key: 'when', title: 'Only when', cell: ({ when }) => when ?? 'always' },
            {
              key: 'retries',
              title: 'Retries',
              align: 'right',
              cell: ({ retries, backoff }) => (retries === 0 ? 'none' : `${retries}, after ${lasted(backoff)}`),
            },
          ]}
        />
      </Section>
      {parameters.length > 0 && (
        <Section title="Parameters">
          <DataTable
            caption="Parameters of a run"
            rows={parameters}
            keyOf={([key]) => key}
            columns={[
              { key: 'name', title: 'Parameter', isHeading: true, cell: ([key]) => key },
              { key: 'type', title: 'Type', cell: ([, { type }]) => type },
              { key: 'default', title: 'Without a word', cell: ([, one]) => shown(one.default) },
              { key: 'oneOf', title: 'One of', cell: ([, { oneOf }]) => oneOf?.map(String).join(', ') ?? 'any' },
              { key: 'about', title: 'About', cell: ([, { description }]) => description ?? '–' },
            ]}
          />
        </Section>
      )}
      <Section title="Runs" about="The newest first.">
        {runs.length === 0 ? (
          <EmptyState icon={Play} title="It never ran">
            Run it now, or <Code>plumbline pipelines run {pipeline.name}</Code>
          </EmptyState>
        ) : (
          <PipelineRuns runs={runs} />
        )}
      </Section>
    </Stack>
  );
}
