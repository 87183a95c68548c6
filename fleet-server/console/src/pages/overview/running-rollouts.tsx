import { Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { StateBadge, type Tone } from '../../parts/values/badge.tsx';
import { Ago } from '../../parts/values/time.tsx';
import type { OverviewOf } from './overview-of.ts';
import { PageLink } from '../../parts/address/links.tsx';

const TONES: Record<string, Tone> = { running: 'busy', paused: 'warning', 'awaiting-approval': 'waiting' };

export function RunningRollouts({ rollouts, now }: { rollouts: OverviewOf['rollouts']; now: number }) {
  return (
    <Card withBorder h="100%">
      <Title order={2} mb="sm">
        What is rolling out
      </Title>
      {rollouts.length === 0 && (
        <Group gap="xs">
          <StateBadge tone="good">nothing</StateBadge>
          <Text size="sm" c="dimmed">
            No rollout is under way.{' '}
            <PageLink to="/rollouts" size="sm" underline="always">
              All rollouts
            </PageLink>
          </Text>
        </Group>
      )}
      <Stack gap="md">
        {rollouts.map(({ id, name, line, version, status, stage, stages, stageName, stageStatus, since, asks }) => (
          <div key={id}>
            <Group justify="space-between" gap="xs">
              <Group gap="xs">
                <StateBadge tone={asks ? 'warning' : (TONES[status] ?? 'busy')}>
                  {asks ? 'asks you' : status}
                </StateBadge>
                <PageLink to="/rollouts/$id" params={{ id }} fw={600}>
                  {line}@{version}
                </PageLink>
                {name !== null && (
                  <Text size="sm" c="dimmed">
                    {name}
                  </Text>
                )}
              </Group>
              <Text size="sm" c="dimmed">
                <Ago at={since} now={now} />
              </Text>
            </Group>
            <Progress
              mt={6}
              value={(100 * (stage + 1)) / Math.max(1, stages)}
              aria-label={`stage ${stage + 1} of ${stages}`}
            />
            <Text size="sm" c="dimmed" mt={2}>
              {stage < 0 ? 'not started' : `stage ${stage + 1} of ${stages}: ${stageName ?? ''}, ${stageStatus}`}
            </Text>
          </div>
        ))}
      </Stack>
    </Card>
  );
}
