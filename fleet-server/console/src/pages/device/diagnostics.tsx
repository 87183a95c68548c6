import { Button, Code, Group, ScrollArea, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Stethoscope } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { useMay } from '../../api/session.ts';
import { download } from '../../parts/tables/csv.ts';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { clock } from '../../parts/values/time.tsx';

/** What the device tells of itself when it is asked; it answers when it is next connected. */
export function Diagnostics({ device, zone }: { device: string; zone: string | undefined }) {
  const queries = useQueryClient();
  const may = useMay('devices:write');
  const [problem, setProblem] = useState<unknown>();
  const [asked, setAsked] = useState<number>();
  const path = { id: device };
  const { data, error, refetch } = useQuery({
    queryKey: ['devices', 'diagnostics', device],
    queryFn: () => answered(api.GET('/api/v1/devices/{id}/diagnostics', { params: { path } })),
    retry: false,
    refetchInterval: asked === undefined ? false : 5000,
  });
  const isWaiting = asked !== undefined && (data === undefined || data.request < asked);
  const ask = async () => {
    setProblem(undefined);
    try {
      const { request } = await answered(api.POST('/api/v1/devices/{id}/diagnostics', { params: { path }, body: {} }));
      setAsked(request);
      await queries.invalidateQueries({ queryKey: ['devices', 'diagnostics', device] });
    } catch (refused) {
      setProblem(refused);
    }
  };
  const isNothing = error instanceof ApiProblem && error.status === 404;
  const text = JSON.stringify(data?.bundle, null, 2) ?? '';
  return (
    <Stack>
      <Group>
        {may && (
          <Button variant="default" loading={isWaiting} onClick={() => void ask()}>
            Ask for diagnostics
          </Button>
        )}
        {isWaiting && (
          <Text size="sm" c="dimmed" role="status">
            Request {asked} goes with its next assignment; the answer comes by itself.
          </Text>
        )}
        {data !== undefined && (
          <Button
            variant="default"
            onClick={() => download(`${device}-diagnostics-${data.request}.json`, text, 'application/json')}
          >
            Download
          </Button>
        )}
      </Group>
      {problem !== undefined && <ProblemView problem={problem} />}
      {error !== null && !isNothing && <ProblemView problem={error} again={refetch} />}
      {isNothing && (
        <EmptyState icon={Stethoscope} title="It was never asked, or has not answered">
          Diagnostics hold its log, its states and its figures, without secrets and without values of records.
        </EmptyState>
      )}
      {data !== undefined && (
        <>
          <Text size="sm" c="dimmed">
            Request {data.request}, put together {clock(data.at, zone)}
          </Text>
          <ScrollArea h={480} tabIndex={0} aria-label="Diagnostics as JSON">
            <Code block>{text}</Code>
          </ScrollArea>
        </>
      )}
    </Stack>
  );
}
