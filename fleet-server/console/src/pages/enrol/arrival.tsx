import { Group, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { clock } from '../../parts/values/time.tsx';
import { Section } from '../../parts/page/section.tsx';
import { PendingRow } from './pending-row.tsx';
import { pendingQuery, type MadeToken } from './token-of.ts';
import { PageLink } from '../../parts/address/links.tsx';

const LOOK_MS = 3000;

/** Waits until the device is there, and says so; where a person lets it in, the comparison is here too. */
export function Arrival({ token: { device: id } }: { token: MadeToken }) {
  const device = useQuery({
    queryKey: ['devices', 'one', id],
    queryFn: () => answered(api.GET('/api/v1/devices/{id}', { params: { path: { id } } })),
    retry: false,
    refetchInterval: ({ state }) => (state.data?.online === true ? false : LOOK_MS),
  });
  const pending = useQuery(pendingQuery);
  const asking = pending.data?.pending.find((one) => one.device === id);
  const isUnknown = device.error instanceof ApiProblem && device.error.status === 404;
  if (device.data !== undefined) {
    const { online, enrolledAt, profile, agent } = device.data;
    return (
      <Section title="It is there">
        <Group gap="xs">
          <StateBadge tone="good">enrolled</StateBadge>
          <StateBadge tone={online ? 'good' : 'waiting'}>{online ? 'online' : 'not connected yet'}</StateBadge>
          <Text size="sm">
            <PageLink to="/devices/$device" params={{ device: id }}>
              {id}
            </PageLink>{' '}
            has had its name since {clock(enrolledAt)}: {profile}, agent {agent}.
          </Text>
        </Group>
        {!online && (
          <Text size="sm" c="dimmed">
            It connects when its agent runs: <code>systemctl enable --now plumbline-agent</code>.
          </Text>
        )}
      </Section>
    );
  }
  if (asking !== undefined) {
    return (
      <Section title="It asks to be let in">
        <PendingRow pending={asking} />
      </Section>
    );
  }
  return (
    <Section title="Waiting for the device">
      {device.error !== null && !isUnknown && <ProblemView problem={device.error} again={device.refetch} />}
      <Group gap="xs">
        <Loader size="xs" aria-hidden />
        <Text size="sm" c="dimmed">
          Nobody has used the code yet. This page says when {id} is there; you may leave it, the code stays good.
        </Text>
      </Group>
    </Section>
  );
}
