import { Button, Group, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { day, shown, whole } from '../../../parts/values/figures.ts';
import { given } from '../../../parts/address/given.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { rowsQuery, type OfDataset } from '../queries.ts';

const PAGE = 25;

/** The rows themselves, a page at a time. */
export function FirstRows({ dataset }: { dataset: OfDataset }) {
  const search = useSearch({ from: '/data/datasets/$name/$version' });
  const navigate = useNavigate({ from: '/data/datasets/$name/$version' });
  const asPageOf = Number(search.offset ?? 0);
  const offset = Number.isSafeInteger(asPageOf) && asPageOf > 0 ? asPageOf : 0;
  const asked = useQuery({ ...rowsQuery(dataset, offset, PAGE), placeholderData: keepPreviousData });
  const go = (to: number) =>
    void navigate({ search: (old) => given({ ...old, offset: to <= 0 ? undefined : String(to) }), replace: true });
  return (
    <Section title="Rows" about="Site and group decide which rows never part; known is when the outcome could be used.">
      <Loaded asked={asked} heightPx={620}>
        {({ rows, total, next }) => {
          const names = Object.keys(rows[0]?.values ?? {});
          return (
            <>
              <DataTable
                caption="Rows of the dataset"
                minWidth={520 + 110 * names.length}
                rows={rows}
                keyOf={({ ref }) => ref}
                columns={[
                  { key: 'ref', title: 'Ref', isHeading: true, cell: ({ ref }) => ref },
                  { key: 'label', title: 'Outcome', cell: ({ label }) => (label === 1 ? 'late' : 'in time') },
                  {
                    key: 'delay',
                    title: 'Delay, days',
                    align: 'right',
                    cell: ({ delayDays }) => (delayDays === undefined ? '–' : String(delayDays)),
                  },
                  { key: 'start', title: 'Start', cell: ({ startAt }) => day(startAt) },
                  { key: 'due', title: 'Due', cell: ({ dueAt }) => day(dueAt) },
                  { key: 'known', title: 'Known', cell: ({ knownAt }) => day(knownAt) },
                  { key: 'site', title: 'Site', cell: ({ site }) => site },
                  { key: 'group', title: 'Group', cell: ({ group }) => group },
                  ...names.map((name) => ({
                    key: `value ${name}`,
                    title: name,
                    cell: ({ values }: (typeof rows)[number]) => shown(values[name]),
                  })),
                ]}
              />
              <Group gap="sm">
                <Button size="compact-sm" variant="default" disabled={offset === 0} onClick={() => go(offset - PAGE)}>
                  Before
                </Button>
                <Button size="compact-sm" variant="default" disabled={next === null} onClick={() => go(next ?? offset)}>
                  Next
                </Button>
                <Text size="sm" c="dimmed" className="tabular">
                  {rows.length === 0 ? 'no rows here' : `${whole(offset + 1)} … ${whole(offset + rows.length)}`} of{' '}
                  {whole(total)}
                </Text>
              </Group>
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}
