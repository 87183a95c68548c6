import { Card, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Ago } from '../../../parts/values/time.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { useServerNow } from '../../../api/server-clock.ts';
import { findingsQuery, standingQuery } from '../queries.ts';
import { VerdictBadges } from '../verdict-badges.tsx';
import { verdictOf } from '../verdict.ts';

/** The verdict in words. */
export function Headline({ line }: { line: string }) {
  const standing = useQuery(standingQuery(line));
  const asked = useQuery(findingsQuery(line, { kind: 'concept' }, 1));
  const newest = useQuery(findingsQuery(line, {}, 1));
  const now = useServerNow();
  if (standing.data === undefined) {
    if (standing.error !== null) return <ProblemView problem={standing.error} again={standing.refetch} />;
    return <Skeleton height={68} aria-hidden />;
  }
  const verdict = verdictOf(standing.data, asked.data?.[0]);
  const last = newest.data?.[0];
  const hasLooked = last !== undefined;
  return (
    <Card withBorder py="sm" mih={68}>
      <Group gap="sm" align="flex-start">
        {(hasLooked || standing.data.length > 0) && <VerdictBadges verdict={verdict} />}
        <div>
          <Text fw={600} size="sm">
            {hasLooked || standing.data.length > 0
              ? verdict.sentence
              : 'Nobody has looked yet: devices have counted too little, or no device runs this line.'}
          </Text>
          {hasLooked && (
            <Text size="xs" c="dimmed">
              Last judged <Ago at={last.judgedAt} now={now} />, version {last.version}
            </Text>
          )}
        </div>
      </Group>
    </Card>
  );
}
