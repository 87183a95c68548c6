import { Group, Progress, Text, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';

const COLOURS: Record<string, string> = {
  online: 'teal',
  partly: 'yellow',
  failing: 'red',
  offline: 'gray',
  silent: 'gray',
  'never-seen': 'indigo',
  quarantined: 'orange',
  revoked: 'dark',
  empty: 'indigo',
  closing: 'grape',
  archived: 'dark',
};

/** Shares of states, in words below: the colour repeats what is written. */
export function StateBar({ states, isOfSites = false }: { states: Record<string, number>; isOfSites?: boolean }) {
  const present = Object.entries(states).filter(([, count]) => count > 0);
  const total = present.reduce((sum, [, count]) => sum + count, 0);
  return (
    <>
      <Progress.Root size="sm" mt={6} aria-hidden>
        {present.map(([state, count]) => (
          <Tooltip key={state} label={`${count} ${words(state)}`}>
            <Progress.Section value={(100 * count) / Math.max(1, total)} color={COLOURS[state] ?? 'gray'} />
          </Tooltip>
        ))}
      </Progress.Root>
      <Group gap="2px 10px" mt={4}>
        {present.map(([state, count]) =>
          isOfSites ? (
            <Text key={state} size="xs" c="dimmed" className="tabular">
              {count} {words(state)}
            </Text>
          ) : (
            <Text key={state} size="xs" c="dimmed" className="tabular">
              <Link to="/devices" search={{ state }} style={{ color: 'inherit' }}>
                {count} {words(state)}
              </Link>
            </Text>
          ),
        )}
      </Group>
    </>
  );
}

function words(state: string): string {
  return state.replaceAll('-', ' ');
}
