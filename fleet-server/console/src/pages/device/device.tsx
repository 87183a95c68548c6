import { Badge, Card, Code, Grid, Group, Skeleton, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { answered, api } from '../../api/client.ts';
import { PRESENCE_MS } from '../../api/queries.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { Page } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { Ago, clock } from '../../parts/values/time.tsx';
import { DeviceActs } from './device-acts.tsx';
import type { DeviceDetails } from '../devices/device-of.ts';
import { DevicePredictions } from './device-predictions.tsx';
import { DeviceTimeline } from './device-timeline.tsx';
import { Diagnostics } from './diagnostics.tsx';
import { ModelSlots } from './model-slots.tsx';
import { Outbox } from './outbox.tsx';
import { WhyCard } from './why-card.tsx';
import { PageLink } from '../../parts/address/links.tsx';

const route = getRouteApi('/devices/$device');
const TABS = [
  ['now', 'What it runs'],
  ['predictions', 'Predictions'],
  ['timeline', 'Timeline'],
  ['diagnostics', 'Diagnostics'],
] as const;

/** One device: what it says it runs, by hash, and why it does not do what it should. */
export function Device() {
  const { device: id } = route.useParams();
  const { tab = 'now' } = route.useSearch();
  const navigate = useNavigate({ from: '/devices/$device' });
  const { data, error, refetch } = useQuery({
    queryKey: ['devices', 'one', id],
    queryFn: () => answered(api.GET('/api/v1/devices/{id}', { params: { path: { id } } })),
    retry: false,
    refetchInterval: PRESENCE_MS,
  });
  const site = useQuery({
    queryKey: ['sites', 'one', data?.site],
    queryFn: () => answered(api.GET('/api/v1/sites/{site}', { params: { path: { site: data?.site ?? '' } } })),
    enabled: data !== undefined,
  });
  const zone = site.data?.zone;
  return (
    <Page title={id} about={<PageLink to="/devices">All devices</PageLink>} docs="lifecycle">
      {error !== null && <ProblemView problem={error} again={refetch} />}
      {data === undefined ? (
        error === null && <Skeleton height={380} />
      ) : (
        <Stack>
          <Grid>
            <Grid.Col span={{ base: 12, md: 7 }}>
              <About device={data} zone={zone} />
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 5 }}>
              <WhyCard device={id} />
            </Grid.Col>
          </Grid>
          <DeviceActs device={data} />
          <Tabs
            value={TABS.some(([key]) => key === tab) ? tab : 'now'}
            onChange={(next) => void navigate({ search: { tab: next ?? undefined }, replace: true })}
            keepMounted={false}
          >
            <Tabs.List>
              {TABS.map(([key, label]) => (
                <Tabs.Tab key={key} value={key}>
                  {label}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="now" pt="md">
              <Stack>
                <ModelSlots device={data} now={Date.now()} zone={zone} />
                <Outbox device={data} />
              </Stack>
            </Tabs.Panel>
            <Tabs.Panel value="predictions" pt="md">
              <DevicePredictions device={id} zone={zone} />
            </Tabs.Panel>
            <Tabs.Panel value="timeline" pt="md">
              <DeviceTimeline device={id} zone={zone} />
            </Tabs.Panel>
            <Tabs.Panel value="diagnostics" pt="md">
              <Diagnostics device={id} zone={zone} />
            </Tabs.Panel>
          </Tabs>
        </Stack>
      )}
    </Page>
  );
}

function About({ device, zone }: { device: DeviceDetails; zone: string | undefined }) {
  const { site, profile, agent, tags, lastSeenAt, enrolledAt, online, standing, standingReason, fingerprint } = device;
  const rows: [string, React.ReactNode][] = [
    [
      'State',
      <Group key="state" gap="xs">
        <StateBadge tone={online ? 'good' : 'quiet'}>{online ? 'online' : 'offline'}</StateBadge>
        {standing !== 'active' && <StateBadge tone="bad">{`${standing}: ${standingReason ?? ''}`}</StateBadge>}
        {device.staleMetadata && <StateBadge tone="warning">old metadata: installs nothing</StateBadge>}
      </Group>,
    ],
    [
      'Site',
      <PageLink key="site" to="/sites/$site" params={{ site }} size="sm">
        {site}
      </PageLink>,
    ],
    [
      'Last seen',
      <span key="seen">
        <Ago at={lastSeenAt} now={Date.now()} zone={zone} />
      </span>,
    ],
    ['Profile', profile],
    ['Agent', agent],
    ['Enrolled', clock(enrolledAt, zone)],
    ['Certificate', device.certificate === undefined ? 'none' : `until ${clock(device.certificate.notAfter, zone)}`],
    ['Fingerprint of its key', <Code key="key">{fingerprint}</Code>],
    [
      'Tags',
      <Group key="tags" gap={4}>
        {tags.map((tag) => (
          <Badge key={tag} variant="default" tt="none">
            {tag}
          </Badge>
        ))}
      </Group>,
    ],
  ];
  return (
    <Card withBorder h="100%">
      <dl style={{ display: 'grid', gridTemplateColumns: 'max-content 1fr', gap: '6px 16px', margin: 0 }}>
        {rows.map(([label, value]) => (
          <div key={label} style={{ display: 'contents' }}>
            <Text component="dt" size="sm" c="dimmed">
              {label}
            </Text>
            <Text component="dd" size="sm" m={0}>
              {value}
            </Text>
          </div>
        ))}
      </dl>
    </Card>
  );
}
