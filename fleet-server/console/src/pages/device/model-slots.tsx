import { Card, Code, Group, Stack, Table, Text, Title } from '@mantine/core';
import { Boxes } from 'lucide-react';
import { StateBadge } from '../../parts/values/badge.tsx';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Ago, clock } from '../../parts/values/time.tsx';
import type { DeviceDetails } from '../devices/device-of.ts';
import { toneOfUpdate } from '../devices/device-state.ts';

/** The truth by hash: what runs, what is on its way, and what it has done in service. */
export function ModelSlots({ device, now, zone }: { device: DeviceDetails; now: number; zone: string | undefined }) {
  const models = device.report?.models ?? [];
  if (models.length === 0) {
    return (
      <Card withBorder>
        <EmptyState icon={Boxes} title="It runs no model yet">
          A rollout whose stage finds it, or the standing release of its group, brings the first one.
        </EmptyState>
      </Card>
    );
  }
  return (
    <Stack>
      {models.map((model) => (
        <Card withBorder key={model.model}>
          <Group justify="space-between" mb="xs">
            <Group gap="sm">
              <Title order={2}>{model.model}</Title>
              <StateBadge tone={toneOfUpdate(model.state)}>{model.state}</StateBadge>
              {model.proof !== undefined && (
                <StateBadge tone={model.proof === 'proven' ? 'good' : 'waiting'}>{model.proof}</StateBadge>
              )}
            </Group>
            <Text size="sm" c="dimmed">
              said <Ago at={device.report?.at} now={now} zone={zone} />
            </Text>
          </Group>
          {(model.reason !== undefined || model.detail !== undefined) && (
            <Text size="sm" mb="xs">
              {[model.reason, model.detail].filter((one) => one !== undefined).join(': ')}
              {model.deferredUntil === undefined ? '' : `, again ${clock(model.deferredUntil, zone)}`}
            </Text>
          )}
          <Table.ScrollContainer minWidth={560}>
            <Table captionSide="top" verticalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">What</Table.Th>
                  <Table.Th scope="col">Version</Table.Th>
                  <Table.Th scope="col">Archive (SHA-256)</Table.Th>
                  <Table.Th scope="col">In service</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                <Table.Tr>
                  <Table.Th scope="row">Runs{model.slot === undefined ? '' : `, slot ${model.slot}`}</Table.Th>
                  <Table.Td>{model.running?.version ?? 'nothing'}</Table.Td>
                  <Table.Td>
                    <Hash of={model.running?.sha256} />
                  </Table.Td>
                  <Table.Td>{model.served === undefined ? 'not asked yet' : served(model.served)}</Table.Td>
                </Table.Tr>
                {model.target !== undefined && model.target.sha256 !== model.running?.sha256 && (
                  <Table.Tr>
                    <Table.Th scope="row">On its way</Table.Th>
                    <Table.Td>release {model.target.counter}</Table.Td>
                    <Table.Td>
                      <Hash of={model.target.sha256} />
                    </Table.Td>
                    <Table.Td />
                  </Table.Tr>
                )}
                {model.servedBefore !== undefined && (
                  <Table.Tr>
                    <Table.Th scope="row">Ran before</Table.Th>
                    <Table.Td />
                    <Table.Td>
                      <Hash of={model.servedBefore.sha256} />
                    </Table.Td>
                    <Table.Td>{served(model.servedBefore)}</Table.Td>
                  </Table.Tr>
                )}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          {model.shadow !== undefined && (
            <Text size="sm" c="dimmed" mt="xs">
              In its shadow run over {model.shadow.records} records it agreed with the model before on{' '}
              {(100 * model.shadow.agreement).toFixed(1)} %; the mean score moved by {model.shadow.meanShift.toFixed(3)}
              .
            </Text>
          )}
        </Card>
      ))}
    </Stack>
  );
}

function served(one: { predictions: number; errors: number; p95Micros?: number; memoryMb?: number }): string {
  return [
    `${one.predictions.toLocaleString('en')} predictions`,
    `${one.errors} without an answer`,
    ...(one.p95Micros === undefined ? [] : [`p95 ${(one.p95Micros / 1000).toFixed(1)} ms`]),
    ...(one.memoryMb === undefined ? [] : [`${one.memoryMb} MB`]),
  ].join(', ');
}

function Hash({ of }: { of: string | undefined }) {
  return of === undefined ? null : <Code title={of}>{of.slice(0, 16)}…</Code>;
}
