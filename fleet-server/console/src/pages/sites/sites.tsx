import { Button, Card, Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Download, MapPin, Plus, Search } from 'lucide-react';
import { useCallback, useState } from 'react';
import { useServerNow } from '../../api/server-clock.ts';
import { useMay } from '../../api/session.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Page } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { counted } from '../../parts/values/figures.ts';
import { VirtualTable, type Column } from '../../parts/tables/virtual-table.tsx';
import { given, oneOf } from '../../parts/address/given.ts';
import { exportSites } from './export-sites.ts';
import { SITE_TONES, sitesQuery, type ListedSite, type SiteFilter } from './site-of.ts';
import { SiteForm } from './site-form.tsx';
import { PageLink } from '../../parts/address/links.tsx';

const route = getRouteApi('/sites');
const STATES = ['open', 'closing', 'archived'] as const;

/** Every site: the register's, and those that devices only name. */
export function Sites() {
  const { q = '', state, region } = route.useSearch();
  const navigate = useNavigate({ from: '/sites' });
  const filter: SiteFilter = given({ search: q.trim() || undefined, state: oneOf(STATES, state), region });
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(sitesQuery(filter));
  const now = useServerNow();
  const mayWrite = useMay('sites:write');
  const [isAdding, setAdding] = useState(false);
  const first = data?.pages[0];
  const sites = data?.pages.flatMap((page) => page.sites) ?? [];
  const isFiltered = Object.keys(filter).length > 0;
  const go = (change: { q?: string | undefined; state?: string | undefined; region?: string | undefined }) =>
    void navigate({ search: (before) => given({ ...before, ...change }), replace: true });
  const type = useDebouncedCallback((words: string) => go({ q: words === '' ? undefined : words }), 80);
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
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
            onClick={() => void exportSites(filter)}
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
          defaultValue={q}
          maxLength={256}
          onChange={(event) => type(event.currentTarget.value)}
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
          data={first?.regions ?? []}
          value={region ?? null}
          onChange={(next) => go({ region: next ?? undefined })}
          w={180}
        />
        <Text size="sm" c="dimmed" role="status" pb={8}>
          {first === undefined ? '' : counted(first.total, 'site')}
        </Text>
      </Group>
      {error !== null && <ProblemView problem={error} again={refetch} />}
      {data !== undefined && sites.length === 0 ? (
        <Card withBorder>
          <EmptyState icon={MapPin} title={isFiltered ? 'No site is like that' : 'No site yet'}>
            {isFiltered ? (
              'Take a filter away.'
            ) : (
              <>
                A site comes into being with its first device: <Link to="/devices/enrol">enrol one</Link>, or write it
                into the register with <code>plumbline sites set SITE --zone Europe/Berlin</code>.
              </>
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
              {...(first === undefined ? {} : { total: first.total })}
              isLoading={data === undefined}
              onEnd={onEnd}
              onOpen={({ id }) => void navigate({ to: '/sites/$site', params: { site: id } })}
            />
          </Card>
        )
      )}
      {isAdding && <SiteForm site={undefined} onClose={() => setAdding(false)} />}
    </Page>
  );
}

function columnsOf(now: number): Column<ListedSite>[] {
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
    { key: 'devices', title: 'Devices online', width: '9rem', cell: ({ devices }) => <DevicesOf devices={devices} /> },
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

/** Online of all that may speak. */
function DevicesOf({ devices: { online, total, shutOut } }: Pick<ListedSite, 'devices'>) {
  return (
    <Text size="sm" className="tabular" title={shutOut === 0 ? undefined : `${shutOut} more are shut out`}>
      {online} of {total}
    </Text>
  );
}
