import { Box, Code } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PackageCheck } from 'lucide-react';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { findingsQuery, holdsQuery } from '../queries.ts';
import { scopeName } from '../words.ts';
import { PageLink } from '../../../parts/address/links.tsx';

/** Values that nothing is trained on, why, and until when. */
export function Holds({ line }: { line: string }) {
  const asked = useQuery(holdsQuery(line));
  const { data: faults = [] } = useQuery(findingsQuery(line, { kind: 'quality', alarm: 'true' }));
  const why = new Map(faults.map(({ id, sentence }) => [id, sentence]));
  return (
    <Box mb="md">
      <Section
        title="Held back from training"
        about="Rows with these values are kept out. A hold ends by itself once a look finds the values right again."
      >
        <Loaded asked={asked}>
          {(holds) =>
            holds.length === 0 ? (
              <EmptyState icon={PackageCheck} title="Nothing is held back">
                A fault of the data (a stuck sensor, another unit, a renamed level) would open a hold. On the command
                line: <Code>plumbline drift holds {line}</Code>
              </EmptyState>
            ) : (
              <DataTable
                caption="Values that are held back from training"
                minWidth={700}
                rows={holds}
                keyOf={({ feature, scope, from }) => `${feature} ${scope.of} ${scope.id} ${from}`}
                columns={[
                  {
                    key: 'state',
                    title: 'State',
                    cell: ({ to }) => (
                      <StateBadge tone={to === null ? 'warning' : 'quiet'}>{to === null ? 'held' : 'over'}</StateBadge>
                    ),
                  },
                  {
                    key: 'feature',
                    title: 'Feature',
                    isHeading: true,
                    cell: ({ feature }) => (
                      <PageLink to="/drift/$line/$feature" params={{ line, feature }} size="sm">
                        {feature}
                      </PageLink>
                    ),
                  },
                  { key: 'where', title: 'Where', cell: ({ scope }) => scopeName(scope) },
                  { key: 'why', title: 'Why', cell: ({ finding }) => why.get(finding) ?? `finding ${finding}` },
                  { key: 'from', title: 'From', cell: ({ from }) => clock(from) },
                  {
                    key: 'to',
                    title: 'Until',
                    cell: ({ to }) => (to === null ? 'a look finds it right' : clock(to)),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Section>
    </Box>
  );
}
