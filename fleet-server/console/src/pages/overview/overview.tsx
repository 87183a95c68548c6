import { Button, Card, Grid, Group, List, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { HardDrive, Snowflake } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { PRESENCE_MS } from '../../api/queries.ts';
import { useMay } from '../../api/session.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Page } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { Ago, clock } from '../../parts/values/time.tsx';
import { Figure, Figures } from './figures.tsx';
import { FreezeDialog } from './freeze-dialog.tsx';
import { NeedsYou } from './needs-you.tsx';
import { RunningRollouts } from './running-rollouts.tsx';
import { StateBar } from './state-bar.tsx';
import { PageButton, PageLink } from '../../parts/address/links.tsx';

export const overviewQuery = {
  queryKey: ['overview'],
  queryFn: () => answered(api.GET('/api/v1/overview')),
  refetchInterval: PRESENCE_MS,
};

/** Is every site predicting, what is rolling out, what has drifted, what needs me? */
export function Overview() {
  const { data, error, refetch } = useQuery(overviewQuery);
  const mayFreeze = useMay('fleet:brake');
  const [isFreezing, setFreezing] = useState(false);
  const brake = mayFreeze && data?.freeze === null && (
    <Button
      color="red"
      variant="light"
      leftSection={<Snowflake size={16} aria-hidden />}
      onClick={() => setFreezing(true)}
    >
      Freeze the fleet
    </Button>
  );
  return (
    <Page
      title="Overview"
      about={data === undefined ? 'The whole fleet at a glance.' : `The whole fleet as of ${clock(data.at)}.`}
      actions={brake}
    >
      {error !== null && <ProblemView problem={error} again={refetch} />}
      {data === undefined ? (
        error === null && <Waiting />
      ) : data.devices.total === 0 ? (
        <Card withBorder>
          <EmptyState icon={HardDrive} title="No device has enrolled yet">
            <Stack gap="xs" align="center">
              Make a one-time code for the gateway of a site; it enrols by itself within a minute.
              <PageButton to="/devices/enrol" variant="light">
                Enrol the first device
              </PageButton>
            </Stack>
          </EmptyState>
        </Card>
      ) : (
        <>
          <Figures>
            <Figure label="Devices" value={data.devices.total} to="/devices">
              <StateBar states={data.devices.byState} />
            </Figure>
            <Figure label="Sites" value={data.sites.total} to="/sites">
              <StateBar states={data.sites.byStanding} isOfSites />
            </Figure>
            <Figure label="Predictions today" value={data.predictions.today} unit="since 00:00 UTC" to="/devices" />
            <Figure label="Open alerts" value={data.alerts.open} to="/alerts">
              <Group gap="xs" mt={6}>
                <StateBadge tone="bad">{`${data.alerts.bySeverity.critical} critical`}</StateBadge>
                <StateBadge tone="warning">{`${data.alerts.bySeverity.warning} warning`}</StateBadge>
              </Group>
            </Figure>
          </Figures>
          <NeedsYou overview={data} />
          <Grid>
            <Grid.Col span={{ base: 12, md: 7 }}>
              <RunningRollouts rollouts={data.rollouts} now={data.at} />
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 5 }}>
              <Drifted lines={data.drift} now={data.at} />
            </Grid.Col>
          </Grid>
        </>
      )}
      <FreezeDialog opened={isFreezing} onClose={() => setFreezing(false)} devices={data?.devices.total ?? 0} />
    </Page>
  );
}

function Drifted({
  lines,
  now,
}: {
  lines: { line: string; version: string; findings: number; since: number }[];
  now: number;
}) {
  return (
    <Card withBorder h="100%">
      <Title order={2} mb="sm">
        What has drifted
      </Title>
      {lines.length === 0 ? (
        <Group gap="xs">
          <StateBadge tone="good">nothing</StateBadge>
          <Text size="sm" c="dimmed">
            No finding stands on any line.
          </Text>
        </Group>
      ) : (
        <List listStyleType="none" spacing="xs">
          {lines.map(({ line, version, findings, since }) => (
            <List.Item key={`${line}@${version}`}>
              <Group gap="xs" wrap="nowrap">
                <StateBadge tone="warning">{`${findings} standing`}</StateBadge>
                <PageLink to="/drift/$line" params={{ line }} size="sm">
                  {line}@{version}
                </PageLink>
                <Text size="sm" c="dimmed">
                  since <Ago at={since} now={now} />
                </Text>
              </Group>
            </List.Item>
          ))}
        </List>
      )}
    </Card>
  );
}

function Waiting() {
  return (
    <Stack aria-hidden>
      <Figures>
        {['devices', 'sites', 'predictions', 'alerts'].map((key) => (
          <Skeleton key={key} height={118} />
        ))}
      </Figures>
      <Skeleton height={96} />
      <Skeleton height={220} />
    </Stack>
  );
}
