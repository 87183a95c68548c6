import { Card, Progress, SimpleGrid, Table, Text, Title } from '@mantine/core';
import type { DeviceDetails } from '../devices/device-of.ts';

/** What it still holds, what the server has, and what its link may still carry this month. */
export function Outbox({ device: { report, streams } }: { device: DeviceDetails }) {
  const waiting = Object.entries(report?.outbox ?? {});
  const link = report?.link;
  const used = link === undefined ? 0 : link.upBytes + link.downBytes;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Card withBorder>
        <Title order={2} mb="xs">
          Outbox
        </Title>
        <Table verticalSpacing={6}>
          <Table.Caption>Rows by class: what it said it holds, and what the server has committed</Table.Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Class</Table.Th>
              <Table.Th scope="col" ta="right">
                Waiting
              </Table.Th>
              <Table.Th scope="col" ta="right">
                Here
              </Table.Th>
              <Table.Th scope="col" ta="right">
                Rejected
              </Table.Th>
              <Table.Th scope="col" ta="right">
                Declared lost
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {waiting.map(([name, { waiting: rows }]) => {
              const own = streams.filter((one) => one.class === name);
              const sum = (key: 'rows' | 'rejected' | 'gapped') => own.reduce((all, one) => all + one[key], 0);
              return (
                <Table.Tr key={name} className="tabular">
                  <Table.Th scope="row">{name}</Table.Th>
                  <Table.Td ta="right">{rows.toLocaleString('en')}</Table.Td>
                  <Table.Td ta="right">{sum('rows').toLocaleString('en')}</Table.Td>
                  <Table.Td ta="right">{sum('rejected').toLocaleString('en')}</Table.Td>
                  <Table.Td ta="right">{sum('gapped').toLocaleString('en')}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Card>
      <Card withBorder>
        <Title order={2} mb="xs">
          Link this month
        </Title>
        {link === undefined ? (
          <Text size="sm" c="dimmed">
            It has not said.
          </Text>
        ) : (
          <>
            <Text size="sm">
              {megabytes(link.upBytes)} up, {megabytes(link.downBytes)} down
              {link.limitBytes === undefined ? ', no limit' : ` of ${megabytes(link.limitBytes)}`}
            </Text>
            {link.limitBytes !== undefined && (
              <Progress mt="xs" value={(100 * used) / link.limitBytes} aria-label="Share of the month's bytes used" />
            )}
          </>
        )}
      </Card>
    </SimpleGrid>
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
