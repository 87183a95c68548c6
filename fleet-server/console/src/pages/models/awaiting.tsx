import { Card, Code, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useServerNow } from '../../api/server-clock.ts';
import { useMay } from '../../api/session.ts';
import { ApiProblem } from '../../api/problem.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { DataTable } from '../../parts/tables/data-table.tsx';
import { DocsLink } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { approvalsQuery } from './model-queries.ts';
import { PageLink } from '../../parts/address/links.tsx';

/** What waits for its second signature, and the command that gives it; of one version, or of all. */
export function Awaiting({ line, version }: { line?: string; version?: string }) {
  const { data, error } = useQuery(approvalsQuery);
  const now = useServerNow();
  const mayApprove = useMay('models:approve');
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
        Another person than the author signs: here, with the key of their browser, or by the command on the machine that
        holds a key file. Both look at every bundle before they sign. <DocsLink page="keys" />
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
                <PageLink to="/models/$line/$version" params={{ line: one.line, version: one.version }} size="sm">
                  {one.line}@{one.version}
                </PageLink>
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
            title: 'By a key file',
            cell: (one) => (
              <Code>plumbline approve {one.version === null ? one.line : `${one.line}@${one.version}`}</Code>
            ),
          },
          {
            key: 'here',
            title: 'By this browser',
            cell: (one) => (
              <PageLink
                to="/approvals/$line/$document"
                params={{ line: one.line, document: String(one.document) }}
                size="sm"
              >
                {mayApprove ? 'Look and sign' : 'Look'}
              </PageLink>
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
