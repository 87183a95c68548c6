import { Button, Card, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ChartNoAxesColumn } from 'lucide-react';
import { answered, api } from '../../api/client.ts';
import type { paths } from '../../api/schema.generated.ts';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { clock } from '../../parts/values/time.tsx';

const PAGE = 50;

type PredictionPage = paths['/api/v1/predictions']['get']['responses'][200]['content']['application/json'];
type Prediction = PredictionPage['predictions'][number]['prediction'];

/** What it said, the newest first, each with its reasons. */
export function DevicePredictions({ device, zone }: { device: string; zone: string | undefined }) {
  const list = useInfiniteQuery({
    queryKey: ['devices', 'predictions', device],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET('/api/v1/predictions', {
          params: { query: { device, limit: PAGE, ...(pageParam !== '' && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 30_000,
  });
  const rows = list.data?.pages.flatMap(({ predictions }) => predictions) ?? [];
  if (list.error !== null) return <ProblemView problem={list.error} again={list.refetch} />;
  if (list.isPending) return <Skeleton height={320} />;
  if (rows.length === 0) {
    return (
      <EmptyState icon={ChartNoAxesColumn} title="No prediction has arrived yet">
        Predictions are made on the device and sent when its link allows; what waits stands in its outbox.
      </EmptyState>
    );
  }
  return (
    <Card withBorder p={0}>
      <Table.ScrollContainer minWidth={760}>
        <Table verticalSpacing={6} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Made</Table.Th>
              <Table.Th scope="col">Activity</Table.Th>
              <Table.Th scope="col">Model</Table.Th>
              <Table.Th scope="col" ta="right">
                Said
              </Table.Th>
              <Table.Th scope="col">Because of</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ id, prediction: one }) => (
              <Table.Tr key={id} className="tabular">
                <Table.Td>{clock(one.at, zone)}</Table.Td>
                <Table.Td>{one.activity ?? '—'}</Table.Td>
                <Table.Td title={one.sha256}>
                  {one.line}@{one.version}
                </Table.Td>
                <Table.Td ta="right">{said(one)}</Table.Td>
                <Table.Td>
                  <Reasons of={one.reasons ?? []} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {list.hasNextPage && (
        <Stack p="sm" align="center">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Older ones
          </Button>
        </Stack>
      )}
    </Card>
  );
}

function said({ score, unit }: Prediction): string {
  return unit === undefined ? `${(100 * score).toFixed(0)} %` : `${score.toFixed(1)} ${unit}`;
}

function Reasons({ of }: { of: NonNullable<Prediction['reasons']> }) {
  if (of.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        no reasons given
      </Text>
    );
  }
  return (
    <Text size="sm">
      {of
        .slice(0, 3)
        .map(({ feature, value, contribution }) => `${feature} = ${value ?? 'missing'} ${contribution > 0 ? '↑' : '↓'}`)
        .join(', ')}
    </Text>
  );
}
