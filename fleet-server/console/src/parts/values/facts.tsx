import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** What is known of one thing, name by name. */
export function Facts({ facts, cols = 4 }: { facts: readonly [name: string, value: ReactNode][]; cols?: number }) {
  return (
    <SimpleGrid component="dl" cols={{ base: 2, md: cols }} spacing="md" verticalSpacing="xs" m={0}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" m={0} className="tabular" style={{ overflowWrap: 'anywhere' }}>
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}
