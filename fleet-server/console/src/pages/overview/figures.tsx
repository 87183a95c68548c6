import { Card, Group, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { PageLink, type PagePath } from '../../parts/address/links.tsx';

/** A number that is true now, and where it comes from when it is clicked. */
export function Figure({
  label,
  value,
  unit,
  to,
  children,
}: {
  label: string;
  value: number;
  unit?: string;
  to: PagePath;
  children?: ReactNode;
}) {
  return (
    <Card withBorder padding="md">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Group gap={6} align="baseline">
        <PageLink to={to} c="inherit" underline="hover">
          <Text component="span" fz={28} fw={700} className="tabular">
            {value.toLocaleString('en')}
          </Text>
        </PageLink>
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
