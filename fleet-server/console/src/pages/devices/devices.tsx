import { Button, Card, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Download, HardDrive, Plus, Search, Tags } from 'lucide-react';
import { useCallback, useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { PRESENCE_MS } from '../../api/queries.ts';
import { useMay } from '../../api/session.ts';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Page } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { VirtualTable } from '../../parts/tables/virtual-table.tsx';
import { DEVICE_COLUMNS } from './device-columns.tsx';
import { DEVICE_STATES, type DeviceFilter, type DeviceState } from './device-of.ts';
import { exportDevices } from './export-devices.ts';
import { StateTabs } from './state-tabs.tsx';
import { TagDialog } from './tag-dialog.tsx';
import { PageButton } from '../../parts/address/links.tsx';

const PAGE = 200;
const route = getRouteApi('/devices');

/** Every device, found as fast as its name is typed. */
export function Devices() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/devices' });
  const mayEnrol = useMay('devices:enrol');
  const mayTag = useMay('groups:write');
  const [isTagging, setTagging] = useState(false);
  const filter = filterOf(search);
  const list = useInfiniteQuery({
    queryKey: ['devices', 'list', filter],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET('/api/v1/devices', {
          params: { query: { ...filter, limit: PAGE, ...(pageParam !== '' && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: PRESENCE_MS,
  });
  const first = list.data?.pages[0];
  const rows = list.data?.pages.flatMap(({ devices }) => devices) ?? [];
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const type = useDebouncedCallback((q: string) => change({ q: q === '' ? undefined : q }), 80);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Page
      title="Devices"
      about="What really runs on each site, as the device itself says it, by hash."
      docs="lifecycle"
      actions={
        <>
          <Button
            variant="default"
            leftSection={<Download size={15} aria-hidden />}
            disabled={first === undefined}
            onClick={() => void exportDevices(filter)}
          >
            CSV
          </Button>
          {mayTag && (
            <Button
              variant="default"
              leftSection={<Tags size={15} aria-hidden />}
              disabled={first === undefined || first.total === 0}
              onClick={() => setTagging(true)}
            >
              Tag these
            </Button>
          )}
          {mayEnrol && (
            <PageButton to="/devices/enrol" leftSection={<Plus size={15} aria-hidden />}>
              Enrol
            </PageButton>
          )}
        </>
      }
    >
      <Group gap="sm" align="flex-end">
        <TextInput
          label="Search"
          placeholder="Part of a name, site, profile or tag"
          leftSection={<Search size={15} aria-hidden />}
          defaultValue={search.q ?? ''}
          onChange={(event) => type(event.currentTarget.value)}
          style={{ flex: '1 1 16rem' }}
        />
        <GroupSelect value={search.group} onChange={(group) => change({ group })} />
      </Group>
      <StateTabs counts={first?.counts} state={filter.state} onChange={(state) => change({ state })} />
      {list.error !== null && <ProblemView problem={list.error} again={list.refetch} />}
      <Card withBorder p={0}>
        {first !== undefined && rows.length === 0 ? (
          <EmptyState icon={HardDrive} title={isFiltered ? 'No device fits' : 'No device has enrolled yet'}>
            {isFiltered ? (
              <Button variant="light" onClick={() => void navigate({ search: {} })}>
                Show all devices
              </Button>
            ) : (
              <>
                Make a one-time code with Enrol, or <code>plumbline devices token --site SITE --device NAME</code>.
              </>
            )}
          </EmptyState>
        ) : (
          <VirtualTable
            label="Devices"
            columns={DEVICE_COLUMNS}
            rows={rows}
            keyOf={({ id }) => id}
            {...(first === undefined ? {} : { total: first.total })}
            isLoading={list.isPending}
            onEnd={onEnd}
            onOpen={({ id }) => void navigate({ to: '/devices/$device', params: { device: id } })}
          />
        )}
      </Card>
      {isTagging && <TagDialog onClose={() => setTagging(false)} filter={filter} count={first?.total ?? 0} />}
    </Page>
  );
}

function filterOf({ q, state, site, group, version }: ReturnType<typeof route.useSearch>): DeviceFilter {
  const known = DEVICE_STATES.find((one) => one === state);
  return {
    ...(q !== undefined && { search: q }),
    ...(known !== undefined && { state: known satisfies DeviceState }),
    ...(site !== undefined && { site }),
    ...(group !== undefined && { group }),
    ...(version !== undefined && { version }),
  };
}

function GroupSelect({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (group: string | undefined) => void;
}) {
  const { data } = useQuery({ queryKey: ['devices', 'groups'], queryFn: () => answered(api.GET('/api/v1/groups')) });
  return (
    <Select
      label="Group"
      placeholder="Any"
      clearable
      searchable
      data={data?.groups.map(({ name, count }) => ({ value: name, label: `${name} (${count})` })) ?? []}
      value={value ?? null}
      onChange={(group) => onChange(group ?? undefined)}
      w={{ base: '100%', xs: 220 }}
    />
  );
}
