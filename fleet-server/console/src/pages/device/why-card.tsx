import { Card, List, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import { StateBadge, type Tone } from '../../parts/values/badge.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';

const TONES: Record<string, Tone> = { certain: 'bad', likely: 'warning', possible: 'waiting' };

/** The probable cause of silence or failure, the likeliest first, and what to do. */
export function WhyCard({ device }: { device: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['devices', 'why', device],
    queryFn: () => answered(api.GET('/api/v1/devices/{id}/why', { params: { path: { id: device } } })),
  });
  return (
    <Card withBorder h="100%">
      <Title order={2} mb="sm">
        Is anything wrong?
      </Title>
      {error !== null && <ProblemView problem={error} again={refetch} />}
      {data === undefined && error === null && <Skeleton height={80} />}
      {data?.findings.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing that the server knows of.
        </Text>
      )}
      <List listStyleType="none" spacing="sm">
        {data?.findings.map(({ code, certainty, sentence, advice }) => (
          <List.Item key={code}>
            <Stack gap={2} align="flex-start">
              {code === 'nothing_wrong' ? (
                <StateBadge tone="good">nothing</StateBadge>
              ) : (
                <StateBadge tone={TONES[certainty] ?? 'unknown'}>{certainty}</StateBadge>
              )}
              <Text size="sm">{sentence}</Text>
              <Text size="sm" c="dimmed">
                {advice}
              </Text>
            </Stack>
          </List.Item>
        ))}
      </List>
    </Card>
  );
}
