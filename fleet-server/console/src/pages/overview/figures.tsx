import { Anchor, Card, Group, SimpleGrid, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** A number that is true now, and where it comes from when it is clicked. */
export function Figure({
  label,
  value,
  unit,
  to,
  search,
  children,
}: {
  label: string;
  value: number;
  unit?: string;
  to: string;
  search?: Record<string, string>;
  children?: ReactNode;
}) {
  return (
    <Card withBorder padding="md">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Group gap={6} align="baseline">
        <Anchor component={Link} to={to} search={search as never} c="inherit" underline="hover">
          <Text component="span" fz={28} fw={700} className="tabular">
            {value.toLocaleString('en')}
          </Text>
        </Anchor>
        {unit !== undefined && (
          <Text component="span" size="sm" c="dimmed">
            {unit}
          </Text>
        )}
      </Group>
      {children}
    </Card>
  );
}

export function Figures({ children }: { children: ReactNode }) {
  return <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>{children}</SimpleGrid>;
}
