import { Card, Text, Title } from '@mantine/core';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import type { RolloutDetails } from '../rollout-of.ts';
import { countOf, OBSTACLES } from '../words.ts';
import { PageLink } from '../../../parts/address/links.tsx';

/** Devices that have been drawn and have not been given the release: how many, and what each waits for. */
export function TurnsPanel({ rollout: { id, turns } }: { rollout: RolloutDetails }) {
  const counts = new Map<string, string[]>();
  for (const { device, obstacle } of turns.waiting) counts.set(obstacle, [...(counts.get(obstacle) ?? []), device]);
  const rows = [...counts].toSorted(([, a], [, b]) => b.length - a.length);
  if (turns.due === 0 && rows.length === 0) return null;
  return (
    <Card withBorder>
      <Title order={2}>Who waits, and why</Title>
      <Text size="sm" c="dimmed" mb="xs">
        {countOf(turns.due, 'device is', 'devices are')} next. {turns.sentence}
      </Text>
      {rows.length > 0 && (
        <DataTable
          caption="Devices that wait, by reason"
          rows={rows}
          keyOf={([obstacle]) => obstacle}
          columns={[
            { key: 'why', title: 'Because', isHeading: true, cell: ([obstacle]) => OBSTACLES[obstacle] ?? obstacle },
            {
              key: 'count',
              title: 'Devices',
              align: 'right',
              cell: ([, devices]) => devices.length.toLocaleString('en'),
            },
            {
              key: 'which',
              title: 'Such as',
              cell: ([, devices]) => (
                <>
                  {devices.slice(0, 3).map((device, index) => (
                    <span key={device}>
                      {index > 0 && ', '}
                      <PageLink to="/devices/$device" params={{ device }} size="sm">
                        {device}
                      </PageLink>
                    </span>
                  ))}
                  {devices.length > 3 && (
                    <>
                      {' '}
                      <PageLink
                        to="/rollouts/$id"
                        params={{ id }}
                        search={{ tab: 'devices', outcome: 'waiting' }}
                        size="sm"
                      >
                        and {devices.length - 3} more
                      </PageLink>
                    </>
                  )}
                </>
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}
