import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { ClipboardList, Search } from 'lucide-react';
import { useState } from 'react';
import { given, oneOf } from '../../../parts/address/given.ts';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { whole } from '../../../parts/values/figures.ts';
import type { Site } from '../site-of.ts';
import { ActivityCard } from './activity-card.tsx';
import { activitiesQuery, feedbackWords, ONLY } from './activity-of.ts';
import { LogExport } from './log-export.tsx';

const route = getRouteApi('/sites/$site');
const PAUSE_MS = 80;
const CHOICES = [
  { value: 'said', label: 'Of which people spoke' },
  { value: 'contradicted', label: 'People disagree' },
];

/** What people on site said of each activity, beside what the office planned; of what was said last first. */
export function SiteActivities({ site: { id, zone } }: { site: Pick<Site, 'id' | 'zone'> }) {
  const { q, only: asked } = route.useSearch();
  const only = oneOf(ONLY, asked);
  const navigate = useNavigate({ from: '/sites/$site' });
  const list = useInfiniteQuery(activitiesQuery(id, { q, only }));
  const go = (change: { q?: string | undefined; only?: string | undefined }) =>
    void navigate({ search: (before) => given({ ...before, ...change }), replace: true, resetScroll: false });
  const [typed, setTyped] = useState(q ?? '');
  const search = useDebouncedCallback((text: string) => go({ q: text.trim() || undefined }), PAUSE_MS);
  const isFiltered = q !== undefined || only !== undefined;
  const feedback = list.data?.pages[0]?.feedback ?? [];
  return (
    <Section
      title="What people on site say"
      about={`Of what was said last first; times in ${zone}.${feedback.length === 0 ? '' : ` Predictions: ${feedbackWords(feedback)}.`}`}
      actions={<LogExport site={id} zone={zone} />}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          label="Search activities"
          placeholder="Activity, words of a note, cause or who said it"
          leftSection={<Search size={15} aria-hidden />}
          value={typed}
          maxLength={256}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value);
          }}
          w={{ base: '100%', xs: 320 }}
        />
        <Select
          label="Only"
          placeholder="All activities"
          clearable
          data={CHOICES}
          value={only ?? null}
          onChange={(next) => go({ only: next ?? undefined })}
          w={220}
        />
        <Text size="sm" c="dimmed" role="status" pb={8}>
          {list.data === undefined ? '' : `${whole(list.data.pages[0]?.total)} found`}
        </Text>
      </Group>
      <Loaded asked={list} heightPx={240}>
        {({ pages }) => {
          const activities = pages.flatMap((page) => page.activities);
          if (activities.length === 0) {
            return (
              <EmptyState icon={ClipboardList} title={isFiltered ? 'No activity is like that' : 'No activity yet'}>
                {isFiltered
                  ? 'Take a filter away.'
                  : 'A schedule that is imported brings them, and so does whoever records something on a tablet of the site.'}
              </EmptyState>
            );
          }
          return (
            <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }}>
              {activities.map((one) => (
                <ActivityCard key={one.activity} site={id} zone={zone} activity={one} />
              ))}
            </Stack>
          );
        }}
      </Loaded>
      {list.hasNextPage && (
        <Button
          variant="default"
          style={{ alignSelf: 'center' }}
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          More activities
        </Button>
      )}
    </Section>
  );
}
