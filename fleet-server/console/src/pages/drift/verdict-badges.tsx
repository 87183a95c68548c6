import { Group } from '@mantine/core';
import { StateBadge } from '../../parts/values/badge.tsx';
import type { Verdict } from './verdict.ts';

export function VerdictBadges({ verdict: { tone, words } }: { verdict: Verdict }) {
  return (
    <Group gap={6}>
      {words.map((word) => (
        <StateBadge key={word} tone={word === 'undecided' ? 'unknown' : tone}>
          {word}
        </StateBadge>
      ))}
    </Group>
  );
}
