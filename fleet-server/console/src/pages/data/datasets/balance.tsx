import { Progress, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { percent, whole } from '../../../parts/values/figures.ts';
import { Section } from '../../../parts/page/section.tsx';
import type { QualityReport } from '../queries.ts';

type Balance = QualityReport['balance'];
const PARTS = { byYear: 'by year', bySite: 'by site', byGroup: 'by group' } as const;
type Part = keyof typeof PARTS;

/** How many are late, in parts of the dataset. */
export function Balance({ balance }: { balance: Balance }) {
  const [part, setPart] = useState<Part>('byYear');
  const rows = Object.entries(balance[part]).map(([name, summary]) => ({ name, ...summary }));
  const most = Math.max(1, ...rows.map((row) => row.rows));
  return (
    <Section
      title="Class balance"
      about="Late activities by the day their plan ends."
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Parts"
          data={(Object.keys(PARTS) as Part[])
            .filter((key) => Object.keys(balance[key]).length > 0)
            .map((value) => ({ value, label: PARTS[value] }))}
          value={part}
          onChange={(next) => setPart(next as Part)}
        />
      }
    >
      <DataTable
        caption={`Class balance ${PARTS[part]}`}
        minWidth={520}
        rows={rows}
        keyOf={({ name }) => name}
        columns={[
          { key: 'name', title: PARTS[part].slice(3), isHeading: true, cell: ({ name }) => name },
          { key: 'rows', title: 'Rows', align: 'right', cell: (row) => whole(row.rows) },
          {
            key: 'size',
            title: 'Size',
            cell: (row) => (
              <Progress
                size="sm"
                miw={110}
                color="gray.5"
                value={(100 * row.rows) / most}
                aria-label={`${row.name}: ${whole(row.rows)} rows`}
              />
            ),
          },
          { key: 'late', title: 'Late', align: 'right', cell: ({ late }) => whole(late) },
          { key: 'rate', title: 'Base rate', align: 'right', cell: ({ baseRate }) => percent(baseRate) },
          {
            key: 'bar',
            title: 'Share late',
            cell: ({ name, baseRate }) => (
              <Progress miw={110} value={100 * baseRate} aria-label={`${name}: ${percent(baseRate)} late`} />
            ),
          },
        ]}
      />
    </Section>
  );
}
