import { Button, Card, Group, List, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { StateBadge, type Tone } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { VirtualTable, type Column } from '../../../parts/tables/virtual-table.tsx';
import { historyQuery } from '../model-queries.ts';
import type { History } from '../model-of.ts';
import { PageLink } from '../../../parts/address/links.tsx';

const route = getRouteApi('/models/$line');
const TONES: Record<History['devices'][number]['basis'], Tone> = { said: 'good', told: 'waiting', changing: 'busy' };

/** Which version was in force at a moment, and on which devices: what an audit asks. */
export function LineHistory({ line }: { line: string }) {
  const { at, site } = route.useSearch();
  const navigate = useNavigate({ from: '/models/$line' });
  const moment = at === undefined ? undefined : Date.parse(`${at}Z`);
  const isKnown = moment === undefined || !Number.isNaN(moment);
  const { data, error, refetch } = useQuery({ ...historyQuery(line, moment, site), enabled: isKnown });
  const [typed, setTyped] = useState({ at: at ?? '', site: site ?? '' });
  const ask = (event: FormEvent) => {
    event.preventDefault();
    void navigate({
      search: (before) => ({
        ...before,
        at: typed.at === '' ? undefined : typed.at,
        site: typed.site.trim() || undefined,
      }),
    });
  };
  return (
    <Stack>
      <form onSubmit={ask}>
        <Group align="flex-end">
          <TextInput
            type="datetime-local"
            label="At, UTC"
            description="empty: now"
            value={typed.at}
            error={isKnown ? undefined : 'expected a day and a time'}
            onChange={(event) => setTyped({ ...typed, at: event.currentTarget.value })}
          />
          <TextInput
            label="Site"
            description="empty: all"
            value={typed.site}
            onChange={(event) => setTyped({ ...typed, site: event.currentTarget.value })}
          />
          <Button type="submit">Look</Button>
        </Group>
      </form>
      {error !== null && <ProblemView problem={error} again={refetch} />}
      {data === undefined && error === null && isKnown && <Skeleton height={240} />}
      {data !== undefined && <Then history={data as History} />}
    </Stack>
  );
}

function Then({ history }: { history: History }) {
  const { sentence, versions, changing, devices, unknown } = history;
  const navigate = useNavigate();
  return (
    <>
      <Card withBorder>
        <Title order={2} mb={4}>
          In short
        </Title>
        <Text mb="xs">{sentence}</Text>
        {versions.length > 0 && (
          <DataTable
            caption="How many devices ran each version"
            rows={versions}
            keyOf={({ version }) => version}
            columns={[
              { key: 'version', title: 'Version', isHeading: true, cell: ({ version }) => version },
              {
                key: 'said',
                title: 'Said that they ran it',
                align: 'right',
                cell: ({ said }) => said.toLocaleString('en'),
              },
              {
                key: 'told',
                title: 'Told to, not yet heard',
                align: 'right',
                cell: ({ told }) => told.toLocaleString('en'),
              },
            ]}
          />
        )}
        {changing > 0 && <Text size="sm">{changing.toLocaleString('en')} were changing.</Text>}
        <List size="sm" mt="xs" c="dimmed">
          {unknown.map((one) => (
            <List.Item key={one}>{one}</List.Item>
          ))}
        </List>
      </Card>
      {devices.length > 0 && (
        <Card withBorder p={0}>
          <VirtualTable
            label="Devices and the version each ran then"
            columns={COLUMNS}
            rows={devices}
            keyOf={({ device }) => device}
            onOpen={({ device }) => void navigate({ to: '/devices/$device', params: { device } })}
            height={`min(28rem, ${devices.length * 44 + 44}px)`}
          />
        </Card>
      )}
    </>
  );
}

const COLUMNS: Column<History['devices'][number]>[] = [
  {
    key: 'device',
    title: 'Device',
    width: 'minmax(150px, 1fr)',
    cell: ({ device }) => (
      <PageLink to="/devices/$device" params={{ device }} size="sm">
        {device}
      </PageLink>
    ),
  },
  { key: 'site', title: 'Site', width: 'minmax(100px, 1fr)', cell: ({ site }) => site },
  {
    key: 'version',
    title: 'Version',
    width: '130px',
    cell: ({ version, between }) => version ?? `${between?.[0] ?? 'nothing'} → ${between?.[1] ?? '?'}`,
  },
  {
    key: 'basis',
    title: 'Known by',
    width: '130px',
    cell: ({ basis }) => <StateBadge tone={TONES[basis]}>{basis}</StateBadge>,
  },
  {
    key: 'sentence',
    title: 'In words',
    width: 'minmax(260px, 3fr)',
    cell: ({ sentence }) => <span title={sentence}>{sentence}</span>,
  },
];
