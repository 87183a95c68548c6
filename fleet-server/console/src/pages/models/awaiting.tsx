import { Anchor, Card, Code, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useServerNow } from '../../api/server-clock.ts';
import { ApiProblem } from '../../api/problem.ts';
import { StateBadge } from '../../parts/badge.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { DocsLink } from '../../parts/page.tsx';
import { ProblemView } from '../../parts/problem-view.tsx';
import { Ago } from '../../parts/time.tsx';
import { approvalsQuery } from './model-queries.ts';

/** What waits for its second signature, and the command that gives it; of one version, or of all. */
export function Awaiting({ line, version }: { line?: string; version?: string }) {
  const { data, error } = useQuery(approvalsQuery);
  const now = useServerNow();
  // Whoever has a role on some sites alone has no word in what the whole fleet gets; no answer is told by the page.
  if (error !== null) return isOutOfReach(error) ? null : <ProblemView problem={error} />;
  const rows = (data?.approvals ?? []).filter(
    (one) =>
      (line === undefined || one.line === line) &&
      (version === undefined || one.version === version || one.version === null),
  );
  if (rows.length === 0) return null;
  return (
    <Card withBorder>
      <Title order={2}>Awaiting approval</Title>
      <Text size="sm" c="dimmed" mb="xs">
        Another person than the author signs on the machine that holds the key of an approver; the command examines the
        bundle before it signs. <DocsLink page="keys" />
      </Text>
      <DataTable
        caption="What waits for its second signature, oldest first"
        minWidth={620}
        rows={rows}
        keyOf={(one) => `${one.line}/${one.document}`}
        columns={[
          {
            key: 'what',
            title: 'What',
            isHeading: true,
            cell: (one) =>
              one.version === null ? (
                one.line
              ) : (
                <Anchor
                  component={Link}
                  to="/models/$line/$version"
                  params={{ line: one.line, version: one.version } as never}
                  size="sm"
                >
                  {one.line}@{one.version}
                </Anchor>
              ),
          },
          {
            key: 'kind',
            title: 'Kind',
            cell: ({ kind }) => <StateBadge tone="waiting">{kind}</StateBadge>,
          },
          {
            key: 'since',
            title: 'Waits since',
            isOneLine: true,
            cell: ({ createdAt }) => <Ago at={createdAt} now={now} />,
          },
          {
            key: 'how',
            title: 'Signed by',
            cell: (one) => (
              <Code>plumbline approve {one.version === null ? one.line : `${one.line}@${one.version}`}</Code>
            ),
          },
        ]}
      />
    </Card>
  );
}

function isOutOfReach(error: unknown): boolean {
  return error instanceof ApiProblem && [0, 403, 404].includes(error.status);
}
