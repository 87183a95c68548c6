import { Card, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Boxes } from 'lucide-react';
import { useServerNow } from '../../api/server-clock.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { DataTable } from '../../parts/tables/data-table.tsx';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Page } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { Awaiting } from './awaiting.tsx';
import type { Line } from './model-of.ts';
import { linesQuery } from './model-queries.ts';
import { RunningCount } from './running-count.tsx';
import { stateOf } from './words.ts';
import { PageLink } from '../../parts/address/links.tsx';

/** Every line: what is in force, what is newest, and what devices run. */
export function Models() {
  const { data: lines, error, refetch } = useQuery(linesQuery);
  const now = useServerNow();
  return (
    <Page title="Models" about="Lines of models, their versions, and which of them runs where." docs="experiments">
      {error !== null && <ProblemView problem={error} again={refetch} />}
      <Awaiting />
      <Card withBorder display={lines === undefined && error !== null ? 'none' : 'block'}>
        {lines === undefined && <Skeleton height={160} />}
        {lines?.length === 0 && (
          <EmptyState icon={Boxes} title="No model has been registered yet">
            Train one from a file, <code>plumbline train FILE --register</code>, or take in an ONNX file,{' '}
            <code>plumbline models import FILE --mapping YAML</code>. Then another person approves it.
          </EmptyState>
        )}
        {lines !== undefined && lines.length > 0 && (
          <DataTable
            caption="Lines of models"
            minWidth={760}
            rows={lines}
            keyOf={({ line }) => line}
            columns={[
              {
                key: 'line',
                title: 'Line',
                isHeading: true,
                cell: ({ line }) => (
                  <PageLink to="/models/$line" params={{ line }} fw={600} size="sm">
                    {line}
                  </PageLink>
                ),
              },
              {
                key: 'force',
                title: 'In force',
                cell: ({ line, inForce }) =>
                  inForce === null ? (
                    <Text span size="sm" c="dimmed">
                      nothing approved
                    </Text>
                  ) : (
                    <Stack gap={0}>
                      <VersionLink line={line} version={inForce.version} />
                      <Text size="xs" c="dimmed">
                        {inForce.algorithm}, approved <Ago at={inForce.publishedAt} now={now} />
                      </Text>
                    </Stack>
                  ),
              },
              {
                key: 'newest',
                title: 'Newest',
                cell: ({ line, newest }) => (
                  <Group gap="xs" wrap="nowrap">
                    <VersionLink line={line} version={newest.version} />
                    <StateBadge tone={stateOf(newest).tone}>{stateOf(newest).word}</StateBadge>
                  </Group>
                ),
              },
              { key: 'versions', title: 'Versions', align: 'right', cell: ({ versions }) => versions },
              {
                key: 'running',
                title: 'Devices run',
                cell: ({ line, inForce }) => (
                  <Stack gap={0}>
                    {shownRunning(inForce).map((version) => (
                      <Text key={version} size="sm" className="tabular">
                        {version}: <RunningCount line={line} version={version} />
                      </Text>
                    ))}
                  </Stack>
                ),
              },
            ]}
          />
        )}
      </Card>
    </Page>
  );
}

function VersionLink({ line, version }: { line: string; version: string }) {
  return (
    <PageLink to="/models/$line/$version" params={{ line, version }} size="sm">
      {version}
    </PageLink>
  );
}

/** The one in force and the one before it: the rest stands on the page of the line. */
function shownRunning(inForce: Line['inForce']): string[] {
  return [inForce?.version, inForce?.predecessor].flatMap((version) => version ?? []);
}
