import { List, Select, SimpleGrid, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { GitCompare } from 'lucide-react';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Facts } from '../../../parts/values/facts.tsx';
import { day, short, whole } from '../../../parts/values/figures.ts';
import { given } from '../../../parts/address/given.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { datasetsQuery, diffQuery, type DatasetView } from '../queries.ts';

/** What is different in another version. */
export function Difference({ dataset }: { dataset: DatasetView }) {
  const { to } = useSearch({ from: '/data/datasets/$name/$version' });
  const navigate = useNavigate({ from: '/data/datasets/$name/$version' });
  const own = useInfiniteQuery(datasetsQuery(dataset.name));
  const all = useInfiniteQuery(datasetsQuery());
  const [ofName = [], ofAll = []] = [own, all].map(({ data }) => data?.pages.flatMap(({ datasets }) => datasets));
  // The newest of the same name first, then the newest of others.
  const others = [...ofName, ...ofAll.filter(({ name }) => name !== dataset.name)].filter(
    ({ version }) => version !== dataset.version,
  );
  return (
    <Section
      title="Difference to another version"
      actions={
        <Select
          aria-label="Other version"
          placeholder="choose the other version"
          size="xs"
          w={320}
          searchable
          data={others.map(({ name, version, rows, createdAt }) => ({
            value: `${name}@${version}`,
            label: `${name}@${short(version)}, ${whole(rows)} rows, ${day(createdAt)}`,
          }))}
          value={to ?? null}
          onChange={(next) => void navigate({ search: (old) => given({ ...old, to: next ?? undefined }) })}
        />
      }
    >
      {to === undefined ? (
        <EmptyState icon={GitCompare} title={others.length === 0 ? 'There is no other version' : 'Choose a version'}>
          Rows are told apart by their ref: the same activity has the same ref in every version.
        </EmptyState>
      ) : (
        <OfTwo dataset={dataset} to={to} />
      )}
    </Section>
  );
}

function OfTwo({ dataset, to }: { dataset: DatasetView; to: string }) {
  const asked = useQuery(diffQuery(dataset, to));
  return (
    <Loaded asked={asked} heightPx={220}>
      {(diff) => (
        <>
          {diff.same && <Text fw={600}>Both hold the same rows.</Text>}
          <Facts
            facts={[
              ['Rows only in the other', whole(diff.rows.added)],
              ['Rows only in this', whole(diff.rows.removed)],
              ['Rows changed', whole(diff.rows.changed)],
              ['Rows unchanged', whole(diff.rows.unchanged)],
            ]}
          />
          <SimpleGrid cols={{ base: 1, md: 3 }}>
            <Some title="Only in the other" items={diff.added} of={diff.rows.added} />
            <Some title="Only in this" items={diff.removed} of={diff.rows.removed} />
            <Some
              title="Changed"
              items={diff.changed.map(({ ref, fields }) => `${ref}: ${fields.join(', ')}`)}
              of={diff.rows.changed}
            />
            <Some title="Columns only in the other" items={diff.columns.added} of={diff.columns.added.length} />
            <Some title="Columns only in this" items={diff.columns.removed} of={diff.columns.removed.length} />
            <Some title="Columns changed" items={diff.columns.changed} of={diff.columns.changed.length} />
            <Some title="Else" items={diff.other} of={diff.other.length} />
          </SimpleGrid>
        </>
      )}
    </Loaded>
  );
}

function Some({ title, items, of }: { title: string; items: readonly string[]; of: number }) {
  if (items.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <List size="sm">
        {items.map((item) => (
          <List.Item key={item}>{item}</List.Item>
        ))}
      </List>
      {of > items.length && (
        <Text size="xs" c="dimmed">
          the first {items.length} of {whole(of)}
        </Text>
      )}
    </div>
  );
}
