import { Code, Text } from '@mantine/core';
import { Tight } from '../../parts/values/tight.tsx';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { day } from '../../parts/values/figures.ts';
import { Loaded } from '../../parts/page/loaded.tsx';
import { Section } from '../../parts/page/section.tsx';
import { useServerNow } from '../../api/server-clock.ts';
import { DataTable } from '../../parts/tables/data-table.tsx';
import { MoreRows } from '../../parts/tables/more-rows.tsx';
import { refusalsQuery } from './queries.ts';
import { PageLink } from '../../parts/address/links.tsx';

/** Counts of devices that were not taken, and why. */
export function RefusalsTable({ line }: { line?: string }) {
  const asked = useInfiniteQuery(refusalsQuery(line));
  const now = useServerNow();
  return (
    <Section
      title="Refused evidence"
      about="Counts that cannot be what they say stand in no figure. More than three a day of one device are an alert."
    >
      <Loaded asked={asked}>
        {(refusals) =>
          refusals.length === 0 ? (
            <EmptyState icon={ShieldCheck} title="Everything that devices counted was taken">
              On the command line: <Code>plumbline drift refusals</Code>
            </EmptyState>
          ) : (
            <DataTable
              caption="Refused evidence, the newest first"
              minWidth={760}
              rows={refusals}
              keyOf={({ id, device, code, refusedAt }) => `${device} ${id} ${code} ${refusedAt}`}
              columns={[
                {
                  key: 'device',
                  title: 'Device',
                  cell: ({ device, site }) => (
                    <>
                      <PageLink to="/devices/$device" params={{ device }} size="sm">
                        {device}
                      </PageLink>
                      <Text size="xs" c="dimmed">
                        {site}
                      </Text>
                    </>
                  ),
                },
                { key: 'code', title: 'Code', cell: ({ code }) => <Code>{code}</Code> },
                {
                  key: 'why',
                  title: 'Why',
                  cell: ({ field, expected }) => `${field}: expected ${expected}`,
                },
                { key: 'line', title: 'Line', cell: (one) => one.line },
                { key: 'day', title: 'Of the day (UTC)', cell: ({ fromAt }) => day(fromAt) },
                {
                  key: 'at',
                  title: 'Refused',
                  cell: ({ refusedAt }) => (
                    <Tight>
                      <Ago at={refusedAt} now={now} />
                    </Tight>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      <MoreRows asked={asked}>Older refusals</MoreRows>
    </Section>
  );
}
