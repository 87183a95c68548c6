import { Card, Code, Select, Skeleton, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { PackageX } from 'lucide-react';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { linesQuery, versionsQuery } from '../../models/model-queries.ts';
import type { Draft } from '../plan/draft.ts';
import { useFieldProblem } from '../plan/field-problem.tsx';

/** Line and version: only what an approver has signed and nobody has taken out of use. */
export function ReleaseStep({ draft, change }: { draft: Draft; change: (next: Partial<Draft>) => void }) {
  const { data, error, refetch } = useQuery(linesQuery);
  const published = useInfiniteQuery({ ...versionsQuery(draft.line, 'published'), enabled: draft.line !== '' });
  const lineProblem = useFieldProblem('line');
  const versionProblem = useFieldProblem('version');
  // A version whose bundle is no longer listed, as the server names it.
  const modelProblem = useFieldProblem('model');
  if (error !== null) return <ProblemView problem={error} again={refetch} />;
  if (data === undefined) return <Skeleton height={180} mt="md" />;
  const usable = data.filter(({ inForce }) => inForce !== null);
  if (usable.length === 0) {
    return (
      <EmptyState icon={PackageX} title="No version can be rolled out">
        A version needs the signature of an approver first: <Code>plumbline approve LINE@VERSION</Code>. Models shows
        what waits.
      </EmptyState>
    );
  }
  const versions = published.data?.filter(({ deprecation }) => deprecation === undefined) ?? [];
  const chosen = versions.find(({ version }) => version === draft.version);
  return (
    <Card withBorder mt="md" maw={640}>
      <Stack>
        <Select
          label="Model line"
          required
          allowDeselect={false}
          searchable
          data={usable.map(({ line }) => line)}
          value={draft.line === '' ? null : draft.line}
          error={lineProblem}
          onChange={(line) =>
            change({ line: line ?? '', version: usable.find((one) => one.line === line)?.inForce?.version ?? '' })
          }
        />
        <Select
          label="Version"
          description="Approved, and not out of use; the newest first"
          required
          allowDeselect={false}
          searchable
          disabled={draft.line === ''}
          data={versions.map(({ version, algorithm }) => ({ value: version, label: `${version} · ${algorithm}` }))}
          value={draft.version === '' ? null : draft.version}
          error={versionProblem ?? modelProblem}
          onChange={(version) => change({ version: version ?? '' })}
        />
        {chosen !== undefined && (
          <Text size="sm" c="dimmed">
            {chosen.predecessor === null
              ? 'The first of its line: there is nothing to go back to.'
              : `Follows ${chosen.predecessor}, to which a revert leads back.`}{' '}
            {chosen.publishedAt === null ? '' : `Approved ${clock(chosen.publishedAt)}.`}
          </Text>
        )}
      </Stack>
    </Card>
  );
}
