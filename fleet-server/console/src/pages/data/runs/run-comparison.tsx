import { Box, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { figure, shown } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { ToRun } from '../../../parts/address/to-page.tsx';
import { comparisonQuery } from '../queries.ts';

/** Chosen runs side by side: what they were told differently, and how they did. */
export function RunComparison({ ids }: { ids: readonly string[] }) {
  const asked = useQuery(comparisonQuery(ids));
  return (
    <Box mt="md">
      <Section
        title={`${ids.length} runs side by side`}
        about="Differences are each later run minus the first, over the same folds, with a 95 % interval that knows that training parts of folds overlap."
      >
        <Loaded asked={asked} heightPx={280}>
          {({ runs, parameters, metrics, sameFolds }) => (
            <>
              <Text size="sm" component="div">
                {runs.map(({ id, experiment }, at) => (
                  <div key={id}>
                    {at + 1}: <ToRun id={id} /> of {experiment}
                  </div>
                ))}
              </Text>
              <Title order={3}>Figures</Title>
              {!sameFolds && (
                <Text size="sm" c="dimmed">
                  Not all runs were measured on the very same folds: where they differ, figures stand beside each other
                  and nothing is said about their difference.
                </Text>
              )}
              <DataTable
                caption="Figures of the chosen runs"
                minWidth={140 + 180 * runs.length}
                rows={metrics}
                keyOf={({ metric }) => metric}
                columns={[
                  { key: 'metric', title: 'Figure', isHeading: true, cell: ({ metric }) => metric },
                  ...runs.map(({ id }, at) => ({
                    key: id,
                    title: `Run ${at + 1}`,
                    align: 'right' as const,
                    cell: ({ values, differences }: (typeof metrics)[number]) => (
                      <>
                        {figure(values[at], 4)}
                        {at > 0 && <Apart difference={differences[at - 1]} />}
                      </>
                    ),
                  })),
                ]}
              />
              <Title order={3}>What they were told differently</Title>
              {parameters.length === 0 ? (
                <Text size="sm">Nothing: settings, dataset, seed and code are the same.</Text>
              ) : (
                <DataTable
                  caption="Settings that are not the same"
                  minWidth={200 + 180 * runs.length}
                  rows={parameters}
                  keyOf={({ path }) => path}
                  columns={[
                    { key: 'path', title: 'Setting', isHeading: true, cell: ({ path }) => path },
                    ...runs.map(({ id }, at) => ({
                      key: id,
                      title: `Run ${at + 1}`,
                      cell: ({ values }: (typeof parameters)[number]) => (
                        <span style={{ overflowWrap: 'anywhere' }}>{shown(values[at])}</span>
                      ),
                    })),
                  ]}
                />
              )}
            </>
          )}
        </Loaded>
      </Section>
    </Box>
  );
}

function Apart({ difference }: { difference: { mean: number; low: number; high: number } | null | undefined }) {
  if (difference === null || difference === undefined) return null;
  const { mean, low, high } = difference;
  return (
    <Text size="xs" c="dimmed">
      {mean > 0 ? '+' : ''}
      {figure(mean, 4)} ({figure(low, 4)} … {figure(high, 4)})
    </Text>
  );
}
