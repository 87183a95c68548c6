import { Anchor, Code, Select, Text } from '@mantine/core';
import { Tight } from '../../../parts/values/tight.tsx';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Database } from 'lucide-react';
import { useMay } from '../../../api/session.ts';
import { useServerNow } from '../../../api/server-clock.ts';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { MoreRows } from '../../../parts/tables/more-rows.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Ago } from '../../../parts/values/time.tsx';
import { whole } from '../../../parts/values/figures.ts';
import { given } from '../../../parts/address/given.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { DatasetLink, ToDataset } from '../../../parts/address/to-page.tsx';
import { ImportTable } from './import-table.tsx';
import { datasetsQuery, type DatasetHead } from '../queries.ts';

/** Every version, the newest first. */
export function Datasets() {
  const { name } = useSearch({ from: '/data' });
  const asked = useInfiniteQuery(datasetsQuery(name));
  const navigate = useNavigate({ from: '/data' });
  const mayWrite = useMay('learning:write');
  const names = asked.data?.pages[0]?.names ?? [];
  return (
    <Section
      title="Datasets"
      about="A version is the hash of its rows: the same rows are the same version, whoever brings them."
      actions={
        <>
          {names.length > 1 && (
            <Select
              aria-label="Dataset"
              placeholder="every dataset"
              size="xs"
              searchable
              clearable
              clearButtonProps={{ 'aria-label': 'Every dataset' }}
              data={names}
              value={name ?? null}
              onChange={(next) => void navigate({ search: (old) => given({ ...old, name: next ?? undefined }) })}
            />
          )}
          {mayWrite && <ImportTable />}
        </>
      }
    >
      <Loaded asked={asked} heightPx={280}>
        {({ pages }) => {
          const shown = pages.flatMap(({ datasets }) => datasets);
          return shown.length === 0 ? (
            <EmptyState icon={Database} title="No dataset yet">
              Import a table of activities here, or by <Code>plumbline datasets register FILE --name NAME</Code>, or let
              a{' '}
              <Anchor href="/docs/pipelines" target="_blank" rel="noreferrer" size="sm" underline="always">
                pipeline
              </Anchor>{' '}
              read it.
            </EmptyState>
          ) : (
            <Table datasets={shown} />
          );
        }}
      </Loaded>
      <MoreRows asked={asked}>Older versions</MoreRows>
    </Section>
  );
}

function Table({ datasets }: { datasets: readonly DatasetHead[] }) {
  const now = useServerNow();
  return (
    <DataTable
      caption="Versions of datasets, the newest first"
      minWidth={760}
      rows={datasets}
      keyOf={({ name, version }) => `${name}@${version}`}
      columns={[
        { key: 'name', title: 'Version', isHeading: true, cell: (one) => <DatasetLink {...one} /> },
        { key: 'rows', title: 'Rows', align: 'right', cell: ({ rows }) => whole(rows) },
        { key: 'rejected', title: 'Rejected', align: 'right', cell: ({ rejected }) => whole(rejected) },
        {
          key: 'from',
          title: 'Made from',
          cell: ({ derivedFrom, reader }) =>
            derivedFrom.length === 0
              ? `read by ${reader}`
              : derivedFrom.map(({ dataset, operation }) => (
                  <div key={dataset}>
                    <ToDataset reference={dataset} />
                    <Text size="xs" c="dimmed">
                      {operation}
                    </Text>
                  </div>
                )),
        },
        { key: 'by', title: 'By', cell: ({ createdBy }) => createdBy ?? '–' },
        {
          key: 'at',
          title: 'Registered',
          cell: ({ createdAt }) => (
            <Tight>
              <Ago at={createdAt} now={now} />
            </Tight>
          ),
        },
      ]}
    />
  );
}
