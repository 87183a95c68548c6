import { Alert, List } from '@mantine/core';
import { GitCompareArrows } from 'lucide-react';
import { clock } from '../../../parts/values/time.tsx';
import { outcomeWords, progressWords, type SiteActivity } from './activity-of.ts';

interface Words {
  id: string;
  actor: string;
  at: number;
  words: string;
}

/** Who said what when, where people spoke without knowing of each other; the first of each is in force, as the latest. */
export function Disagreement({
  zone,
  activity: { plan, progress, outcome },
}: {
  zone: string;
  activity: SiteActivity;
}) {
  const sides: [of: string, said: Words[]][] = [
    [
      'plan',
      plan === null
        ? []
        : [plan, ...plan.besides].map((one) => ({ ...one, words: `due ${clock(one.value.dueAt, zone)}` })),
    ],
    [
      'progress',
      progress === null ? [] : [progress, ...progress.besides].map((one) => ({ ...one, words: progressWords(one) })),
    ],
    [
      'outcome',
      outcome === null ? [] : [outcome, ...outcome.besides].map((one) => ({ ...one, words: outcomeWords(one) })),
    ],
  ];
  return sides
    .filter(([, said]) => new Set(said.map(({ words }) => words)).size > 1)
    .map(([of, said]) => (
      <Alert
        key={of}
        color="orange"
        variant="light"
        icon={<GitCompareArrows aria-hidden />}
        title={`People disagree about its ${of}`}
        py="xs"
      >
        They did not know of each other. The latest counts until somebody says the same in place of each.
        <List size="sm" mt={4}>
          {said.map(({ id, actor, at, words }, i) => (
            <List.Item key={id}>
              {actor}, {clock(at, zone)}: {words}
              {i === 0 ? ' (in force)' : ''}
            </List.Item>
          ))}
        </List>
      </Alert>
    ));
}
