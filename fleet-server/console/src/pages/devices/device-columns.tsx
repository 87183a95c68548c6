import { Badge, Group, Text } from '@mantine/core';
import { StateBadge } from '../../parts/values/badge.tsx';
import { Ago } from '../../parts/values/time.tsx';
import type { Column } from '../../parts/tables/virtual-table.tsx';
import type { ListedDevice } from './device-of.ts';
import { STATE_TONES, STATE_WORDS, toneOfUpdate } from './device-state.ts';
import { PageLink } from '../../parts/address/links.tsx';

export const DEVICE_COLUMNS: readonly Column<ListedDevice>[] = [
  {
    key: 'id',
    title: 'Device',
    width: 'minmax(11rem, 2fr)',
    cell: ({ id }) => (
      <PageLink to="/devices/$device" params={{ device: id }} size="sm" tabIndex={-1}>
        {id}
      </PageLink>
    ),
  },
  {
    key: 'state',
    title: 'State',
    width: '8.5rem',
    cell: ({ state, standingReason }) => (
      <StateBadge tone={STATE_TONES[state]} title={standingReason}>
        {STATE_WORDS[state]}
      </StateBadge>
    ),
  },
  { key: 'site', title: 'Site', width: 'minmax(6rem, 1fr)', cell: ({ site }) => <Text size="sm">{site}</Text> },
  {
    key: 'runs',
    title: 'Runs',
    width: 'minmax(10rem, 1.6fr)',
    cell: ({ report }) => {
      const [first, ...more] = report?.models ?? [];
      if (first === undefined)
        return (
          <Text size="sm" c="dimmed">
            nothing yet
          </Text>
        );
      return (
        <Group gap={6} wrap="nowrap">
          <Text size="sm" className="cell" title={first.running?.sha256}>
            {first.model}@{first.running?.version ?? '—'}
            {more.length > 0 && ` +${more.length}`}
          </Text>
          {first.state !== 'committed' && <StateBadge tone={toneOfUpdate(first.state)}>{first.state}</StateBadge>}
        </Group>
      );
    },
  },
  {
    key: 'profile',
    title: 'Profile',
    width: 'minmax(8rem, 1fr)',
    cell: ({ profile }) => <Text size="sm">{profile}</Text>,
  },
  {
    key: 'tags',
    title: 'Tags',
    width: 'minmax(7rem, 1fr)',
    cell: ({ tags }) => (
      <Group gap={4} wrap="nowrap">
        {tags.slice(0, 3).map((tag) => (
          <Badge key={tag} variant="default" size="sm" tt="none">
            {tag}
          </Badge>
        ))}
      </Group>
    ),
  },
  {
    key: 'seen',
    title: 'Last seen',
    width: '8rem',
    cell: ({ lastSeenAt }) => (
      <Text size="sm">
        <Ago at={lastSeenAt} now={Date.now()} />
      </Text>
    ),
  },
];
