import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Scale } from 'lucide-react';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { DocsLink } from '../../../parts/page/page.tsx';
import { day, percent, whole } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { findingsQuery, type KeptFinding } from '../queries.ts';
import { toneOf } from '../words.ts';

const GAPS: Record<string, string> = {
  selection: 'said to be late',
  missed: 'late ones missed',
  'false-alarm': 'false alarms',
};

/** Slices that are surely treated unlike the others of their feature. */
export function Fairness({ line, version }: { line: string; version: string | undefined }) {
  const asked = useQuery(findingsQuery(line, { kind: 'fairness', version }));
  return (
    <Section
      title="Fairness gaps in the field"
      about={
        <>
          Each slice against the others of its feature, with bounds that hold at every look. Only gaps surely wider than
          their limit are found; those of training stand on the model’s card.{' '}
          <DocsLink page="drift">How drift is judged</DocsLink>
        </>
      }
    >
      <Loaded asked={asked}>
        {(findings) =>
          findings.length === 0 ? (
            <EmptyState icon={Scale} title="No slice is surely treated unlike the others">
              Share said to be late, late ones missed and false alarms are compared at every look. A gap of 20 points or
              more that is sure would stand here.
            </EmptyState>
          ) : (
            <DataTable
              caption="Fairness gaps, the newest first"
              minWidth={720}
              rows={findings}
              keyOf={({ id }) => id}
              columns={[
                {
                  key: 'slice',
                  title: 'Slice',
                  isHeading: true,
                  cell: (one) => (
                    <>
                      {partsOf(one).slice}
                      <Text size="xs" c="dimmed">
                        {partsOf(one).gap}
                      </Text>
                    </>
                  ),
                },
                {
                  key: 'state',
                  title: 'State',
                  cell: (one) => <StateBadge tone={toneOf(one)[0]}>{toneOf(one)[1]}</StateBadge>,
                },
                { key: 'gap', title: 'Gap', align: 'right', cell: ({ statistic }) => percent(statistic, 0) },
                { key: 'limit', title: 'Limit', align: 'right', cell: ({ threshold }) => percent(threshold, 0) },
                { key: 'sure', title: 'How sure', cell: ({ sure }) => sure },
                { key: 'n', title: 'Rows', align: 'right', cell: ({ n }) => whole(n) },
                { key: 'says', title: 'What it says', cell: ({ sentence }) => sentence },
                { key: 'when', title: 'Look of', cell: ({ from, to }) => `${day(from)} … ${day(to)}` },
                { key: 'version', title: 'Version', cell: (one) => one.version },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}

/** `trade=steel/missed` as the slice and what is unlike. */
function partsOf({ subject = '' }: KeptFinding): { slice: string; gap: string } {
  const at = subject.lastIndexOf('/');
  const gap = subject.slice(at + 1);
  return at < 0 ? { slice: subject, gap: '' } : { slice: subject.slice(0, at), gap: GAPS[gap] ?? gap };
}
