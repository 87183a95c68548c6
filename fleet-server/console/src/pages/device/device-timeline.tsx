import { Skeleton, Text, Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { answered, api } from '../../api/client.ts';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { clock } from '../../parts/values/time.tsx';
import { PageLink } from '../../parts/address/links.tsx';

/** What was done to it and by whom, from the audit. */
export function DeviceTimeline({ device, zone }: { device: string; zone: string | undefined }) {
  const subject = `device:${device}`;
  const { data, error, refetch } = useQuery({
    queryKey: ['devices', 'audit', device],
    queryFn: () => answered(api.GET('/api/v1/audit', { params: { query: { subject, verify: 'false', limit: 100 } } })),
  });
  if (error !== null) return <ProblemView problem={error} again={refetch} />;
  if (data === undefined) return <Skeleton height={240} />;
  if (data.rows.length === 0) {
    return (
      <EmptyState icon={History} title="Nothing is written down about it yet">
        Enrolment, moves, quarantine and assignments appear here.
      </EmptyState>
    );
  }
  return (
    <>
      <Timeline bulletSize={14} lineWidth={2}>
        {data.rows.map(({ id, at, actor, action, details }) => (
          <Timeline.Item key={id} title={action.replaceAll('.', ': ')}>
            <Text size="sm" c="dimmed">
              {clock(at, zone)} by {actor}
            </Text>
            {typeof details['reason'] === 'string' && <Text size="sm">{details['reason']}</Text>}
          </Timeline.Item>
        ))}
      </Timeline>
      <PageLink to="/audit" search={{ subject }} size="sm">
        All of it in the audit
      </PageLink>
    </>
  );
}
