import { Button, Code, Group, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { FlaskConical } from 'lucide-react';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { given, oneOf } from '../../../parts/address/given.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { runsQuery } from '../queries.ts';
import { RunComparison } from './run-comparison.tsx';
import { RunFilters } from './run-filters.tsx';
import { RunsTable } from './runs-table.tsx';
import { KINDS, STATES } from './words.ts';

const MOST_COMPARED = 8;

/** What was trained, with what, and how it did. */
export function Runs() {
  const search = useSearch({ from: '/data' });
  const navigate = useNavigate({ from: '/data' });
  const { experiment, dataset, line } = search;
  const asked = useInfiniteQuery(
    runsQuery({
      experiment,
      dataset,
      line,
      kind: oneOf(KINDS, search.kind),
      state: oneOf(STATES, search.state),
      archived: search.archived === 'true',
    }),
  );
  const runs = asked.data?.pages.flatMap((page) => page.runs);
  const chosen = (search.compare ?? '').split(',').filter(Boolean);
  const choose = (ids: readonly string[]) =>
    void navigate({
      search: (old) => given({ ...old, compare: ids.length === 0 ? undefined : ids.join(',') }),
      replace: true,
      resetScroll: false,
    });
  return (
    <>
      <Section
        title="Runs"
        about="One run is one training, import or retraining with everything it was told and brought."
      >
        <RunFilters />
        <Loaded asked={{ ...asked, data: runs }} heightPx={280}>
          {(all) =>
            all.length === 0 ? (
              <EmptyState icon={FlaskConical} title="No run">
                {Object.keys(search).length > 1 ? (
                  'No run passes this filter.'
                ) : (
                  <>
                    Train a model: <Code>plumbline train DATASET --line LINE</Code>, or write down a run of your own:{' '}
                    <Code>plumbline runs record</Code>
                  </>
                )}
              </EmptyState>
            ) : (
              <>
                <RunsTable
                  runs={all}
                  chosen={chosen}
                  onChoose={(id, isChosen) =>
                    choose(isChosen ? [...chosen, id].slice(-MOST_COMPARED) : chosen.filter((one) => one !== id))
                  }
                />
                <Group gap="sm">
                  {asked.hasNextPage && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      loading={asked.isFetchingNextPage}
                      onClick={() => void asked.fetchNextPage()}
                    >
                      Older runs
                    </Button>
                  )}
                  <Text size="sm" c="dimmed">
                    Choose two runs or more to compare them.
                  </Text>
                  {chosen.length > 0 && (
                    <Button size="compact-sm" variant="default" onClick={() => choose([])}>
                      Choose none
                    </Button>
                  )}
                </Group>
              </>
            )
          }
        </Loaded>
      </Section>
      {chosen.length > 1 && <RunComparison ids={chosen} />}
    </>
  );
}
