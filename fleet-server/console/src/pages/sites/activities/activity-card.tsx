import { Group, Stack, Text, Title } from '@mantine/core';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { feedbackOf, feedbackWords, outcomeWords, progressWords, type SiteActivity } from './activity-of.ts';
import { Disagreement } from './disagreement.tsx';
import { SiteNote } from './site-note.tsx';

/** One activity: what is planned, how far it is, how it ended, and what people remarked. */
export function ActivityCard({ site, zone, activity: one }: { site: string; zone: string; activity: SiteActivity }) {
  const { activity, plan, progress, outcome, notes, feedback } = one;
  return (
    <Stack component="li" gap={6} py="sm" aria-label={activity} className="site-activity">
      <Group gap="sm" wrap="wrap" align="baseline">
        <Title order={3} size="h5" style={{ overflowWrap: 'anywhere' }}>
          {activity}
        </Title>
        {outcome !== null && (
          <StateBadge tone={outcome.value.label === 1 ? 'warning' : 'good'}>
            {outcome.value.label === 1 ? 'late' : 'in time'}
          </StateBadge>
        )}
        {outcome === null && progress !== null && (
          <StateBadge tone="busy">{`${progress.value.percentComplete} %`}</StateBadge>
        )}
        {outcome === null && progress === null && <StateBadge tone="quiet">no progress said</StateBadge>}
      </Group>
      <Text size="sm" c="dimmed">
        {plan === null
          ? 'Not in any plan of the office.'
          : `Planned from ${clock(plan.value.startAt, zone)}, due ${clock(plan.value.dueAt, zone)}, written by ${plan.actor}.`}
      </Text>
      {progress !== null && (
        <Text size="sm">
          {progressWords(progress)}, said {progress.actor}, {clock(progress.at, zone)}
        </Text>
      )}
      {outcome !== null && (
        <Text size="sm">
          {outcomeWords(outcome)}, said {outcome.actor}, {clock(outcome.at, zone)}
        </Text>
      )}
      <Disagreement zone={zone} activity={one} />
      {feedback.length > 0 && (
        <Text
          size="sm"
          title={feedback.map(({ actor, value }) => `${actor}: ${value.helped ? 'yes' : 'no'}`).join(', ')}
        >
          Did its prediction help? {feedbackWords(feedbackOf(one))}.
        </Text>
      )}
      {notes.map((note) => (
        <SiteNote key={note.id} site={site} zone={zone} note={note} />
      ))}
    </Stack>
  );
}
