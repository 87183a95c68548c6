import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** A time or a name that a narrow column may not break. */
export function Tight({ children }: { children: ReactNode }) {
  return (
    <Text span inherit style={{ whiteSpace: 'nowrap' }}>
      {children}
    </Text>
  );
}
