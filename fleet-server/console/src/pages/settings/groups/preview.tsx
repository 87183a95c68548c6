import { Badge, Group, Loader, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { counted } from '../../../parts/values/figures.ts';
import { previewQuery } from './group-of.ts';

const PAUSE_MS = 350;
const SITES = 12;

/** Whom a selector finds, while it is typed. */
export function Preview({ selector }: { selector: string }) {
  const [settled] = useDebouncedValue(selector.trim(), PAUSE_MS);
  const { data, error, isFetching } = useQuery({ ...previewQuery(settled), placeholderData: keepPreviousData });
  if (selector.trim() === '') return null;
  return (
    <Stack gap={6} mih={64} role="status">
      {error !== null && <ProblemView problem={error} />}
      {data === undefined && error === null && <Loader size="xs" aria-label="Looking" />}
      {data !== undefined && error === null && (
        <>
          <Text size="sm">
            <b>{counted(data.count, 'device')}</b>, {data.eligible} of them in good standing on open sites
            {isFetching ? ' …' : ''}
          </Text>
          <Text size="xs" c="dimmed">
            Understood as <code>{data.selector}</code>
          </Text>
          <Group gap={4}>
            {data.bySite.slice(0, SITES).map(({ site, count }) => (
              <Badge key={site} variant="default" tt="none" fw={500}>
                {site}: {count}
              </Badge>
            ))}
            {data.bySite.length > SITES && <Text size="xs">and {data.bySite.length - SITES} more sites</Text>}
          </Group>
          <Group gap={4}>
            {data.byProfile.map(({ profile, count }) => (
              <Badge key={profile} variant="light" color="gray" tt="none" fw={500}>
                {profile}: {count}
              </Badge>
            ))}
          </Group>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {data.devices.join(', ')}
            {data.count > data.devices.length ? ` and ${data.count - data.devices.length} more` : ''}
          </Text>
        </>
      )}
    </Stack>
  );
}
