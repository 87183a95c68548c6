import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { answered, api } from '../../../api/client.ts';
import type { components } from '../../../api/schema.generated.ts';
import { given } from '../../../parts/address/given.ts';
import { counted, whole } from '../../../parts/values/figures.ts';

export type SiteActivity = components['schemas']['SiteActivity'];
export type Feedback = components['schemas']['SiteActivityPage']['feedback'];
export type NoteSaid = components['schemas']['NoteSaid'];
type Progress = components['schemas']['ProgressSaid'];
type Outcome = components['schemas']['OutcomeSaid'];

export const ONLY = ['said', 'contradicted'] as const;

export interface ActivitySearch {
  q?: string | undefined;
  only?: (typeof ONLY)[number] | undefined;
}

const PAGE = 25;
/** No event tells what people on site say. */
const LOOK_MS = 30_000;

export function activitiesQuery(site: string, search: ActivitySearch) {
  return infiniteQueryOptions({
    queryKey: ['sites', 'activities', site, search],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET('/api/v1/sites/{site}/activities', {
          params: { path: { site }, query: { ...given(search), limit: PAGE, ...given({ cursor: pageParam }) } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_MS,
  });
}

/** `40 % done, held up by frost`. */
export function progressWords({ value: { percentComplete, cause } }: Progress): string {
  return `${percentComplete} % done${cause === undefined ? '' : `, held up by ${cause}`}`;
}

/** `late by 4 days`. */
export function outcomeWords({ value: { label, delayDays } }: Outcome): string {
  if (delayDays === undefined) return label === 1 ? 'late' : 'in time';
  if (delayDays === 0) return 'on the day';
  const days = counted(Math.abs(Math.round(delayDays * 10) / 10), 'day');
  return `${label === 1 ? 'late' : 'in time'}: ${days} ${delayDays > 0 ? 'after' : 'before'} the planned finish`;
}

/** `delay helped 7 of 9`, line by line. */
export function feedbackWords(feedback: Feedback): string {
  return feedback.map(({ line, helped, said }) => `${line} helped ${whole(helped)} of ${whole(said)}`).join(', ');
}

/** What was said of one activity, as it is said of the site. */
export function feedbackOf({ feedback }: SiteActivity): Feedback {
  const byLine = Map.groupBy(feedback, ({ value }) => value.line);
  return [...byLine].map(([line, all]) => ({
    line,
    helped: all.filter(({ value }) => value.helped).length,
    said: all.length,
  }));
}
