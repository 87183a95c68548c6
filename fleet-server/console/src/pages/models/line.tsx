import { Skeleton, Stack, Tabs } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Boxes } from 'lucide-react';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Page } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { MoreRows } from '../../parts/tables/more-rows.tsx';
import { Awaiting } from './awaiting.tsx';
import { CompareVersions } from './line/compare-versions.tsx';
import { LineHistory } from './line/line-history.tsx';
import { LineVersions } from './line/line-versions.tsx';
import { linesQuery, versionsQuery } from './model-queries.ts';

const route = getRouteApi('/models/$line');
const TABS = ['versions', 'compare', 'history'] as const;

/** One line: its versions, two of them side by side, and what was in force when. */
export function LinePage() {
  const { line } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = useNavigate({ from: '/models/$line' });
  const asked = useInfiniteQuery(versionsQuery(line));
  const { data: versions, error, refetch } = asked;
  const lines = useQuery(linesQuery);
  const count = lines.data?.find((one) => one.line === line)?.versions ?? versions?.length;
  const shown = TABS.find((one) => one === tab) ?? 'versions';
  return (
    <Page title={line} about="Versions of one line of models." docs="experiments">
      {error !== null && <ProblemView problem={error} again={refetch} />}
      {versions === undefined && error === null && <Skeleton height={320} />}
      {versions?.length === 0 && (
        <EmptyState icon={Boxes} title={`There is no line ${line}`}>
          <Link to="/models">All lines</Link>
        </EmptyState>
      )}
      {versions !== undefined && versions.length > 0 && (
        <Stack>
          <Awaiting line={line} />
          <Tabs
            value={shown}
            keepMounted={false}
            onChange={(next) =>
              void navigate({ search: (before) => ({ ...before, tab: next ?? undefined }), replace: true })
            }
          >
            <Tabs.List mb="md">
              <Tabs.Tab value="versions">Versions ({count})</Tabs.Tab>
              <Tabs.Tab value="compare" disabled={versions.length < 2}>
                Compare two
              </Tabs.Tab>
              <Tabs.Tab value="history">What ran when</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="versions">
              <LineVersions line={line} versions={versions} />
              <MoreRows asked={asked}>Older versions</MoreRows>
            </Tabs.Panel>
            <Tabs.Panel value="compare">
              <CompareVersions line={line} versions={versions} />
            </Tabs.Panel>
            <Tabs.Panel value="history">
              <LineHistory line={line} />
            </Tabs.Panel>
          </Tabs>
        </Stack>
      )}
    </Page>
  );
}
