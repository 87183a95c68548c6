import { Code, Stack, Text } from '@mantine/core';
import { ShieldCheck } from 'lucide-react';
import { StateBadge, type Tone } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { percent, whole } from '../../../parts/values/figures.ts';
import { Section } from '../../../parts/page/section.tsx';
import type { QualityReport } from '../queries.ts';
import { Balance } from './balance.tsx';
import { Columns } from './columns.tsx';

const SEVERITY: Record<QualityReport['findings'][number]['severity'], [tone: Tone, word: string, means: string]> = {
  refuse: ['bad', 'refuse', 'a figure from these rows would be false'],
  warn: ['warning', 'warn', 'look before you believe a figure'],
  note: ['quiet', 'note', 'good to know'],
};

/** What is wrong with the rows, column by column, and how the classes lie. */
export function Quality({ report }: { report: QualityReport }) {
  const { overall } = report.balance;
  return (
    <Stack>
      <Section
        title="What was found"
        about={`${whole(report.rows)} rows, ${whole(overall.late)} of them late (${percent(overall.baseRate)}). Refuse: a figure from these rows would be false. Warn: look before you believe one. Note: good to know.`}
      >
        {report.findings.length === 0 ? (
          <EmptyState icon={ShieldCheck} title="Nothing is wrong with these rows">
            Looked for: missing values, outliers, duplicates, leaks, imbalance, groups across folds, censored rows.
          </EmptyState>
        ) : (
          <DataTable
            caption="Findings of the quality report, the most severe first"
            minWidth={640}
            rows={report.findings}
            keyOf={({ code, field, sentence }) => `${code} ${field} ${sentence}`}
            columns={[
              {
                key: 'severity',
                title: 'Severity',
                cell: ({ severity }) => {
                  const [tone, word, means] = SEVERITY[severity];
                  return (
                    <StateBadge tone={tone} title={means}>
                      {word}
                    </StateBadge>
                  );
                },
              },
              { key: 'field', title: 'Where', isHeading: true, cell: ({ field }) => field },
              {
                key: 'what',
                title: 'What',
                cell: ({ sentence, rows = [] }) => (
                  <>
                    {sentence}
                    {rows.length > 0 && (
                      <Text size="xs" c="dimmed">
                        for instance {rows.slice(0, 5).join(', ')}
                      </Text>
                    )}
                  </>
                ),
              },
              { key: 'code', title: 'Code', cell: ({ code }) => <Code>{code}</Code> },
            ]}
          />
        )}
      </Section>
      <Columns report={report} />
      <Balance balance={report.balance} />
    </Stack>
  );
}
