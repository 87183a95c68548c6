import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { runningQuery } from './model-queries.ts';
import { PageLink } from '../../parts/address/links.tsx';

/** How many devices run a version now, and which. */
export function RunningCount({ line, version }: { line: string; version: string }) {
  const { data, error } = useQuery(runningQuery(line, version));
  if (error !== null) return <Text span>unknown</Text>;
  if (data === undefined) return <Skeleton height={14} width={36} display="inline-block" />;
  if (data.total === 0) return <Text span>0</Text>;
  return (
    <PageLink to="/devices" search={{ version }} size="sm" underline="always">
      {data.total.toLocaleString('en')}
    </PageLink>
  );
}
