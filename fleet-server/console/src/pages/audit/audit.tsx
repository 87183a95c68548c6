import { Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Page } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { given } from '../../parts/address/given.ts';
import { auditPage, type AuditSearch } from './audit-of.ts';
import { AuditFilter } from './audit-filter.tsx';
import { AuditRows } from './audit-rows.tsx';
import { Chain } from './chain.tsx';

const route = getRouteApi('/audit');

/** Who did what to what, when and why; and whether anybody has touched the record of it. */
export function Audit() {
  const search: AuditSearch = route.useSearch();
  const navigate = useNavigate({ from: '/audit' });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['audit', 'rows', search],
    queryFn: ({ pageParam }) => auditPage(search, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    // Pages that were read stay true: only the newest can be old.
    refetchInterval: false,
    staleTime: 15_000,
  });
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Page
      title="Audit"
      about="Who did what to what, when and why. Rows are only ever added, each sealed by the one before."
      docs="access"
    >
      <Chain />
      <Stack gap="sm">
        <AuditFilter
          search={search}
          rows={rows}
          onSearch={(change) => void navigate({ search: given(change), replace: true })}
          onLook={() => void refetch()}
        />
        {error !== null && <ProblemView problem={error} again={refetch} />}
        {(data !== undefined || error === null) && (
          <AuditRows
            rows={rows}
            isLoading={data === undefined}
            isFiltered={Object.values(search).some((value) => value !== undefined)}
            more={hasNextPage ? { isBusy: isFetchingNextPage, load: () => void fetchNextPage() } : undefined}
          />
        )}
      </Stack>
    </Page>
  );
}
