import { Button, Card, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { StateBadge, type Tone } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { MoreRows } from '../../../parts/tables/more-rows.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { decisionsBeforeQuery } from '../rollout-queries.ts';
import type { RolloutDetails } from '../rollout-of.ts';

const FIRST = 20;
const TONES: Record<string, Tone> = {
  pass: 'good',
  soaked: 'good',
  start: 'busy',
  approve: 'busy',
  resume: 'busy',
  proceed: 'busy',
  retry: 'busy',
  inconclusive: 'waiting',
  deadline: 'warning',
  pause: 'warning',
  fail: 'bad',
  stop: 'stopped',
  revert: 'stopped',
  reject: 'stopped',
};

/** Every decision with its sentence, the newest first. */
export function Timeline({ rollout: { id, decisions, decisionsLeftOut, plan } }: { rollout: RolloutDetails }) {
  const [isWhole, setWhole] = useState(false);
  // Of those that were left out between the first and the newest.
  const [from] = useState(decisions[1]?.id);
  const earlier = useInfiniteQuery({ ...decisionsBeforeQuery(id, from ?? 0), enabled: decisionsLeftOut && isWhole });
  const between = earlier.data?.pages.toReversed().flatMap((page) => page.decisions) ?? [];
  const byId = new Map([...decisions, ...between].map((one) => [one.id, one]));
  const newestFirst = [...byId.values()].toSorted((a, b) => b.id - a.id);
  const shown = isWhole ? newestFirst : newestFirst.slice(0, FIRST);
  return (
    <Card withBorder>
      <Title order={2} mb="xs">
        Decisions
      </Title>
      <Stack>
        <DataTable
          caption="Decisions, the newest first"
          minWidth={680}
          rows={shown}
          keyOf={(one) => String(one.id)}
          columns={[
            {
              key: 'at',
              title: 'At',
              isOneLine: true,
              cell: ({ at }) => <time dateTime={new Date(at).toISOString()}>{clock(at)}</time>,
            },
            { key: 'stage', title: 'Stage', cell: ({ stage }) => plan.stages[stage]?.name ?? '–' },
            {
              key: 'verdict',
              title: 'Decision',
              cell: ({ verdict }) => <StateBadge tone={TONES[verdict] ?? 'quiet'}>{verdict}</StateBadge>,
            },
            { key: 'gate', title: 'By gate', cell: ({ gate }) => gate ?? '–' },
            {
              key: 'sentence',
              title: 'Why',
              cell: ({ sentence }) => (
                <Text size="sm" miw={260}>
                  {sentence}
                </Text>
              ),
            },
          ]}
        />
        {newestFirst.length > FIRST && (
          <Button variant="subtle" size="compact-sm" w="fit-content" onClick={() => setWhole(!isWhole)}>
            {isWhole ? 'Show the newest alone' : `Show ${decisionsLeftOut ? 'more' : `all ${newestFirst.length}`}`}
          </Button>
        )}
        {isWhole && <MoreRows asked={earlier}>Earlier decisions</MoreRows>}
      </Stack>
    </Card>
  );
}
