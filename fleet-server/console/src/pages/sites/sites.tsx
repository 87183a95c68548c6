import { Button, Card, Group, Select, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Download, MapPin, Plus, Search } from 'lucide-react';
import { useState } from 'react';
import { useServerNow } from '../../api/server-clock.ts';
import { useMay } from '../../api/session.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { download, toCsv } from '../../parts/tables/csv.ts';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Page } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { counted } from '../../parts/values/figures.ts';
import { VirtualTable, type Column } from '../../parts/tables/virtual-table.tsx';
import { given, oneOf } from '../../parts/address/given.ts';
import { DevicesOf } from './devices-of.tsx';
import { SITE_TONES, sitesQuery, type Site } from './site-of.ts';
import { SiteForm } from './site-form.tsx';
import { PageLink } from '../../parts/address/links.tsx';

const route = getRouteApi('/sites');
const STATES = ['open', 'closing', 'archived'] as const;
const HEADER = ['site', 'state', 'region', 'zone', 'costPerMb', 'note', 'closingSince', 'deadline', 'archived'];

/** Every site: the register's, and those that devices only name. */
export function Sites() {
  const { q = '', state, region } = route.useSearch();
  const navigate = useNavigate({ from: '/sites' });
  const { data, error, refetch } = useQuery(sitesQuery);
  const now = useServerNow();
  const mayWrite = useMay('sites:write');
  const [isAdding, setAdding] = useState(false);
  const words = q.trim().toLowerCase();
  const sites = (data?.sites ?? []).filter(
    (site) =>
      (state === undefined || site.state === state) &&
      (region === undefined || site.region === region) &&
      `${site.id} ${site.region} ${site.zone} ${site.note}`.toLowerCase().includes(words),
  );
  const go = (change: { q?: string | undefined; state?: string | undefined; region?: string | undefined }) =>
    void navigate({ search: (before) => given({ ...before, ...change }), replace: true });
  const regions = [...new Set(data?.sites.map((site) => site.region).filter((name) => name !== ''))].toSorted();
  return (
    <Page
      title="Sites"
      about="Where devices stand, in which zone, and which of them are closing."
      docs="lifecycle"
      actions={
        <>
          <Button
            variant="default"
            leftSection={<Download size={15} aria-hidden />}
            disabled={sites.length === 0}
            onClick={() => download('sites.csv', toCsv(HEADER, sites.map(rowOf)))}
          >
            CSV
          </Button>
          {mayWrite && (
            <Button leftSection={<Plus size={15} aria-hidden />} onClick={() => setAdding(true)}>
              Add a site
            </Button>
          )}
        </>
      }
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          label="Search"
          placeholder="Name, region, zone or note"
          leftSection={<Search size={15} aria-hidden />}
          value={q}
          onChange={(event) => go({ q: event.currentTarget.value || undefined })}
          w={{ base: '100%', xs: 260 }}
        />
        <Select
          label="State"
          placeholder="Any"
          clearable
          data={[...STATES]}
          value={oneOf(STATES, state) ?? null}
          onChange={(next) => go({ state: next ?? undefined })}
          w={140}
        />
        <Select
          label="Region"
          placeholder="Any"
          clearable
          searchable
          data={regions}
          value={region ?? null}
          onChange={(next) => go({ region: next ?? undefined })}
          w={180}
        />
        <Text size="sm" c="dimmed" role="status" pb={8}>
          {data === undefined ? '' : `${sites.length} of ${counted(data.sites.length, 'site')}`}
        </Text>
      </Group>
      {error !== null && <ProblemView problem={error} again={refetch} />}
      {data !== undefined && sites.length === 0 ? (
        <Card withBorder>
          <EmptyState icon={MapPin} title={data.sites.length === 0 ? 'No site yet' : 'No site is like that'}>
            {data.sites.length === 0 ? (
              <>
                A site comes into being with its first device: <Link to="/devices/enrol">enrol one</Link>, or write it
                into the register with <code>plumbline sites set SITE --zone Europe/Berlin</code>.
              </>
            ) : (
              'Take a filter away.'
            )}
          </EmptyState>
        </Card>
      ) : (
        (data !== undefined || error === null) && (
          <Card withBorder padding={0}>
            <VirtualTable
              label="Sites"
              columns={columnsOf(now)}
              rows={sites}
              keyOf={({ id }) => id}
              total={sites.length}
              isLoading={data === undefined}
              onOpen={({ id }) => void navigate({ to: '/sites/$site', params: { site: id } })}
            />
          </Card>
        )
      )}
      {isAdding && <SiteForm site={undefined} onClose={() => setAdding(false)} />}
    </Page>
  );
}

function columnsOf(now: number): Column<Site>[] {
  return [
    {
      key: 'id',
      title: 'Site',
      width: 'minmax(9rem, 1.4fr)',
      cell: ({ id }) => (
        <PageLink to="/sites/$site" params={{ site: id }} size="sm" tabIndex={-1}>
          {id}
        </PageLink>
      ),
    },
    {
      key: 'state',
      title: 'State',
      width: '8rem',
      cell: ({ state }) => <StateBadge tone={SITE_TONES[state]}>{state}</StateBadge>,
    },
    { key: 'devices', title: 'Devices online', width: '9rem', cell: ({ id }) => <DevicesOf site={id} /> },
    { key: 'region', title: 'Region', width: 'minmax(6rem, 1fr)', cell: ({ region }) => region || '–' },
    { key: 'zone', title: 'Time zone', width: 'minmax(8rem, 1fr)', cell: ({ zone }) => zone },
    {
      key: 'since',
      title: 'Closing',
      width: 'minmax(7rem, 1fr)',
      cell: ({ state, deadlineAt, closedAt, zone }) =>
        state === 'closing' ? (
          <>
            until <Ago at={deadlineAt} now={now} zone={zone} />
          </>
        ) : state === 'archived' ? (
          <>
            closed <Ago at={closedAt} now={now} zone={zone} />
          </>
        ) : (
          '–'
        ),
    },
    { key: 'note', title: 'Note', width: 'minmax(6rem, 1.4fr)', cell: ({ note }) => note || '–' },
  ];
}

function rowOf({ id, state, region, zone, costPerMb, note, closingAt, deadlineAt, closedAt }: Site): unknown[] {
  return [id, state, region, zone, costPerMb, note, iso(closingAt), iso(deadlineAt), iso(closedAt)];
}

function iso(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString();
}
