import { StateBadge } from '../../../parts/values/badge.tsx';
import type { BatchJob } from '../queries.ts';

export function JobState({ job: { state, runningFor } }: { job: Pick<BatchJob, 'state' | 'runningFor'> }) {
  if (runningFor !== undefined) return <StateBadge tone="busy">running</StateBadge>;
  return <StateBadge tone={state === 'paused' ? 'quiet' : 'good'}>{state}</StateBadge>;
}
