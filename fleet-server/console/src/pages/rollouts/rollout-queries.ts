import { infiniteQueryOptions, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answered, api } from '../../api/client.ts';
import type { RolloutDetails } from './rollout-of.ts';
import { isUnderWay } from './words.ts';

/** No event tells that one more device has decided: a rollout under way is asked for its newest word. */
const LOOK_MS = 3000;
const MEMBERS_MS = 15_000;
const DECISIONS = 100;

export const rolloutsQuery = queryOptions({
  queryKey: ['rollouts', 'list'],
  queryFn: () => answered(api.GET('/api/v1/rollouts')),
});

export const rolloutQuery = (id: string) =>
  queryOptions({
    queryKey: ['rollouts', 'one', id],
    queryFn: () => answered(api.GET('/api/v1/rollouts/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state: { data } }) => (data !== undefined && isMoving(data) ? MEMBERS_MS : 60_000),
  });

export const policiesQuery = queryOptions({
  queryKey: ['policies'],
  queryFn: () => answered(api.GET('/api/v1/policies')),
});

export const releaseQuery = (line: string, version: string) =>
  queryOptions({
    queryKey: ['models', 'one', line, version],
    queryFn: () => answered(api.GET('/api/v1/models/{line}/{version}', { params: { path: { line, version } } })),
  });

export const forecastOfQuery = (id: string) =>
  queryOptions({
    queryKey: ['rollouts', 'forecast', id],
    queryFn: () =>
      answered(
        api.GET('/api/v1/rollouts/{id}/forecast', { params: { path: { id }, query: { devices: 'none' as const } } }),
      ),
    refetchInterval: false,
    staleTime: 60_000,
  });

/** Decisions before one of them, page by page back to the first. They stay as they are. */
export const decisionsBeforeQuery = (id: string, before: number) =>
  infiniteQueryOptions({
    queryKey: ['rollout-decisions', id, before],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET('/api/v1/rollouts/{id}/decisions', {
          params: { path: { id }, query: { before: pageParam, limit: DECISIONS } },
        }),
      ),
    initialPageParam: before,
    getNextPageParam: ({ decisions, more }) => (more ? decisions[0]?.id : undefined),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  });

/** One rollout, live: its decisions as they are made, its devices when one of them says that there is news. */
export function useRollout(id: string) {
  const queries = useQueryClient();
  const details = useQuery(rolloutQuery(id));
  const { data } = details;
  const last = data?.decisions.at(-1)?.id ?? 0;
  const progress = useQuery({
    queryKey: ['rollouts', 'progress', id, last],
    queryFn: () =>
      answered(api.GET('/api/v1/rollouts/{id}/decisions', { params: { path: { id }, query: { after: last } } })),
    enabled: data !== undefined && isMoving(data),
    refetchInterval: LOOK_MS,
  });
  const hasNews =
    progress.data !== undefined &&
    data !== undefined &&
    (progress.data.decisions.length > 0 || progress.data.revision !== data.revision);
  useEffect(() => {
    if (hasNews) void queries.invalidateQueries({ queryKey: ['rollouts', 'one', id] });
  }, [hasNews, progress.dataUpdatedAt, queries, id]);
  return details;
}

function isMoving({ state, members }: RolloutDetails): boolean {
  return (
    isUnderWay(state) ||
    (state.status === 'reverted' &&
      members.some(({ assignmentSeq, returnedSeq }) => assignmentSeq !== null && returnedSeq === null))
  );
}
