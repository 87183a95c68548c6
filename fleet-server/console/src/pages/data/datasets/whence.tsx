import { List, Stack, Text, Title } from '@mantine/core';
import { clock } from '../../../parts/values/time.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { Facts } from '../../../parts/values/facts.tsx';
import { percent, short, whole } from '../../../parts/values/figures.ts';
import { Section } from '../../../parts/page/section.tsx';
import { ToDataset } from '../../../parts/address/to-page.tsx';
import type { DatasetView } from '../queries.ts';

/** Parents, what was made of it, files it was read from, and what was rejected. */
export function Whence({ dataset }: { dataset: DatasetView }) {
  const { summary, sources, derivedFrom, ledTo } = dataset;
  const rejected = Object.entries(summary.rejected);
  return (
    <Stack>
      <Section title="Facts">
        <Facts
          facts={[
            ['Rows', whole(dataset.rows)],
            ['Late', `${whole(summary.overall.late)} (${percent(summary.overall.baseRate)})`],
            ['Rejected', whole(dataset.rejected)],
            ['Reader', `${dataset.reader}${dataset.readerVersion === null ? '' : ` ${dataset.readerVersion}`}`],
            [
              'Registered',
              `${clock(dataset.createdAt)}${dataset.createdBy === null ? '' : ` by ${dataset.createdBy}`}`,
            ],
          ]}
        />
        {rejected.length > 0 && (
          <Text size="sm">Rejected by code: {rejected.map(([code, n]) => `${code} ${whole(n)}`).join(', ')}</Text>
        )}
      </Section>
      <Section title="Lineage" about="What it was made from, and what was made from it: splits, filters, new outcomes.">
        <Made title="Made from" parts={derivedFrom} none={`read by ${dataset.reader}, from no other dataset`} />
        <Made title="Led to" parts={ledTo} none="no other dataset was made from it" />
      </Section>
      {sources.length > 0 && (
        <Section title="Files">
          <DataTable
            caption="Files it was read from"
            minWidth={420}
            rows={sources}
            keyOf={({ name, sha256 }) => `${name} ${sha256}`}
            columns={[
              { key: 'name', title: 'File', isHeading: true, cell: ({ name }) => name },
              { key: 'rows', title: 'Rows', align: 'right', cell: ({ rows }) => whole(rows) },
              { key: 'hash', title: 'SHA-256', cell: ({ sha256 }) => <span title={sha256}>{short(sha256)}</span> },
            ]}
          />
        </Section>
      )}
    </Stack>
  );
}

function Made({ title, parts, none }: { title: string; parts: DatasetView['derivedFrom']; none: string }) {
  return (
    <div>
      <Title order={3}>{title}</Title>
      {parts.length === 0 ? (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      ) : (
        <List size="sm">
          {parts.map(({ dataset, operation }) => (
            <List.Item key={`${dataset} ${operation}`}>
              <ToDataset reference={dataset} />: {operation}
            </List.Item>
          ))}
        </List>
      )}
    </div>
  );
}
