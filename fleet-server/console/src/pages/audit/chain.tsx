import { Button, Card, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Download, FileKey, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { download } from '../../parts/tables/csv.ts';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { clock } from '../../parts/values/time.tsx';
import { brokenAt } from './audit-of.ts';
import { VerifyDialog } from './verify-dialog.tsx';

/** Whether the chain holds, and what to keep elsewhere so that it can be shown. */
export function Chain() {
  const verdict = useQuery({
    queryKey: ['audit', 'chain'],
    queryFn: () => answered(api.POST('/api/v1/audit/verify', { body: {} })),
    // Every row is read for it.
    refetchInterval: false,
    staleTime: 300_000,
    refetchOnWindowFocus: false,
  });
  const [problem, setProblem] = useState<unknown>();
  const [isVerifying, setVerifying] = useState(false);
  const saveHead = async () => {
    setProblem(undefined);
    try {
      const head = await answered(api.GET('/api/v1/audit/head'));
      download(`audit-head-${head.id}.json`, `${JSON.stringify(head)}\n`, 'application/json');
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Card withBorder padding="sm" component="section" aria-label="The chain">
      <Group justify="space-between" wrap="wrap">
        <Group gap="xs" role="status">
          {verdict.data === undefined ? (
            <StateBadge tone="busy">{verdict.isError ? 'not known' : 'looking at every row'}</StateBadge>
          ) : verdict.data.broken === null ? (
            <>
              <StateBadge tone="good">the chain is whole</StateBadge>
              <Text size="sm" c="dimmed">
                Every row gives its hash and follows from the one before, as of {clock(verdict.dataUpdatedAt)}.
              </Text>
            </>
          ) : (
            <>
              <StateBadge tone="bad">the chain is broken</StateBadge>
              <Text size="sm">{brokenAt(verdict.data.broken)}</Text>
            </>
          )}
        </Group>
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<ShieldCheck size={14} aria-hidden />}
            loading={verdict.isFetching}
            onClick={() => void verdict.refetch()}
          >
            Look again
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<FileKey size={14} aria-hidden />}
            onClick={() => void saveHead()}
          >
            Signed head
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setVerifying(true)}>
            Hold against a kept head
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            component="a"
            href="/api/v1/audit/export"
            download="audit.ndjson"
            leftSection={<Download size={14} aria-hidden />}
          >
            All rows (NDJSON)
          </Button>
        </Group>
      </Group>
      {verdict.error !== null && <ProblemView problem={verdict.error} again={verdict.refetch} />}
      {problem !== undefined && <ProblemView problem={problem} again={saveHead} />}
      {isVerifying && <VerifyDialog onClose={() => setVerifying(false)} />}
    </Card>
  );
}
