import { Button, Card, Group, Skeleton, Stack, Text, TextInput, Select, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { BellRing, Download, Search } from 'lucide-react';
import { useEffect } from 'react';
import { answered, api } from '../../api/client.ts';
import { useServerNow } from '../../api/server-clock.ts';
import { download, toCsv } from '../../parts/tables/csv.ts';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { DocsLink } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { given, oneOf } from '../../parts/address/given.ts';
import { namedSitesQuery } from '../sites/site-of.ts';
import { AlertCard } from './alert-card.tsx';
import { SEVERITIES, type AlertFilter, type ShownAlert } from './alert-of.ts';
import { kindWords, KINDS, siteOf } from './words.ts';

const PAGE = 50;
const HEADER = ['id', 'severity', 'kind', 'subject', 'sentence', 'raised', 'last', 'count', 'cleared', 'taken by'];

export interface AlertSearch {
  state?: string | undefined;
  severity?: string | undefined;
  kind?: string | undefined;
  subject?: string | undefined;
  q?: string | undefined;
}

/** Open and cleared alerts, newest first. */
export function AlertList({ search, onSearch }: { search: AlertSearch; onSearch: (change: AlertSearch) => void }) {
  const filter: AlertFilter = given({
    state: oneOf(['cleared', 'all'] as const, search.state) ?? 'open',
    severity: oneOf(SEVERITIES, search.severity),
    kind: oneOf(KINDS, search.kind),
    subject: search.subject,
  });
  const found = useInfiniteQuery({
    queryKey: ['alerts', 'list', filter],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET('/api/v1/alerts', { params: { query: { ...filter, limit: PAGE, ...given({ cursor: pageParam }) } } }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = found;
  const now = useServerNow();
  const words = search.q?.trim().toLowerCase() ?? '';
  // What is searched for may stand on any page.
  useEffect(() => {
    if (words !== '' && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [words, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const loaded = data?.pages.flatMap(({ alerts }) => alerts) ?? [];
  const zones = useZones(data?.pages ?? []);
  const alerts = loaded.filter(({ sentence, subject }) => `${sentence} ${subject}`.toLowerCase().includes(words));
  const isFiltered = Object.keys(filter).length > 1 || words !== '' || filter.state !== 'open';
  return (
    <Stack>
      <Group align="flex-end" gap="sm">
        <SegmentedControl
          aria-label="Which alerts"
          data={[
            { value: 'open', label: 'Open' },
            { value: 'cleared', label: 'Cleared' },
            { value: 'all', label: 'All' },
          ]}
          value={filter.state ?? 'open'}
          onChange={(state) => onSearch({ ...search, state: state === 'open' ? undefined : state })}
        />
        <TextInput
          label="Search"
          placeholder="Words of the alert, or a name"
          leftSection={<Search size={15} aria-hidden />}
          value={search.q ?? ''}
          onChange={(event) => onSearch({ ...search, q: event.currentTarget.value })}
          w={{ base: '100%', xs: 240 }}
        />
        <Select
          label="Severity"
          placeholder="Any"
          clearable
          data={[...SEVERITIES]}
          value={filter.severity ?? null}
          onChange={(severity) => onSearch({ ...search, severity: severity ?? undefined })}
          w={130}
        />
        <Select
          label="Kind"
          placeholder="Any"
          clearable
          searchable
          data={KINDS.map((value) => ({ value, label: kindWords(value) }))}
          value={filter.kind ?? null}
          onChange={(kind) => onSearch({ ...search, kind: kind ?? undefined })}
          w={220}
        />
        <Button
          variant="default"
          leftSection={<Download size={15} aria-hidden />}
          disabled={alerts.length === 0}
          onClick={() => download('alerts.csv', toCsv(HEADER, alerts.map(rowOf)))}
        >
          CSV
        </Button>
      </Group>
      {search.subject !== undefined && (
        <Group gap="xs">
          <Text size="sm">Only of {search.subject}</Text>
          <Button size="compact-sm" variant="subtle" onClick={() => onSearch({ ...search, subject: undefined })}>
            Show all
          </Button>
        </Group>
      )}
      {error !== null && <ProblemView problem={error} again={refetch} />}
      {data === undefined && error === null && <Waiting />}
      {data !== undefined && (
        <Text size="sm" c="dimmed" role="status">
          {alerts.length} {alerts.length === 1 ? 'alert' : 'alerts'}
          {hasNextPage ? ' so far; older ones follow' : ''}
        </Text>
      )}
      {data !== undefined && alerts.length === 0 && !hasNextPage && (
        <Card withBorder>
          <EmptyState icon={BellRing} title={isFiltered ? 'No alert is like that' : 'Nothing is wrong'}>
            {isFiltered ? (
              'Take a filter away, or look among the cleared ones.'
            ) : (
              <>
                An alert is raised by itself when devices go silent, data drift or a rollout asks. Who is told of it is
                written in rules: <code>plumbline alerts rules</code>. <DocsLink page="events" />
              </>
            )}
          </EmptyState>
        </Card>
      )}
      {alerts.map((alert) => (
        <AlertCard key={alert.id} alert={alert} now={now} zone={zones.get(siteOf(alert) ?? '')} />
      ))}
      {hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Older alerts
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** Of the sites that alerts are of: one question for each page of them. */
function useZones(pages: readonly { alerts: readonly ShownAlert[] }[]): Map<string, string> {
  const named = pages.map(({ alerts }) => [...new Set(alerts.flatMap((alert) => siteOf(alert) ?? []))].toSorted());
  const asked = useQueries({ queries: named.map((names) => namedSitesQuery(names)) });
  return new Map(asked.flatMap(({ data }) => data?.sites.map(({ id, zone }) => [id, zone] as const) ?? []));
}

function rowOf(alert: ShownAlert): unknown[] {
  const { id, severity, kind, subject, sentence, raisedAt, lastAt, count, clearedAt, acknowledged } = alert;
  return [id, severity, kind, subject, sentence, iso(raisedAt), iso(lastAt), count, iso(clearedAt), acknowledged?.by];
}

function Waiting() {
  return (
    <Stack aria-hidden gap="md">
      {[0, 1, 2, 3].map((key) => (
        <Skeleton key={key} height={104} />
      ))}
    </Stack>
  );
}

function iso(at: number | undefined): string {
  return at === undefined ? '' : new Date(at).toISOString();
}
