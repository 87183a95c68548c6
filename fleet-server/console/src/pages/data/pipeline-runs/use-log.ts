import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answered, api } from '../../../api/client.ts';
import { given } from '../../../parts/address/given.ts';

const FOLLOW_MS = 2000;

/** Lines of a run in their order; each look asks only for those after the last. */
export function useLog(run: string, step: string | undefined, isFollowing: boolean) {
  const { data, error, refetch, fetchNextPage, isFetching } = useInfiniteQuery({
    queryKey: ['pipeline-log', run, step],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET('/api/v1/pipeline-runs/{run}/logs', {
          params: { path: { run }, query: given({ step, after: pageParam === 0 ? undefined : pageParam }) },
        }),
      ),
    initialPageParam: 0,
    // An empty page says where to go on, too.
    getNextPageParam: ({ lines }, _pages, after) => lines.at(-1)?.seq ?? after,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
    refetchOnWindowFocus: false,
  });
  const lastPage = data?.pages.at(-1)?.lines.length ?? 0;
  useEffect(() => {
    // One more look after the end brings what was said last.
    if (data === undefined || isFetching || (!isFollowing && lastPage === 0)) return;
    const timer = setTimeout(() => void fetchNextPage(), lastPage === 0 ? FOLLOW_MS : 0);
    return () => clearTimeout(timer);
  }, [data, isFetching, isFollowing, lastPage, fetchNextPage]);
  return { lines: data?.pages.flatMap((page) => page.lines) ?? [], error, refetch };
}
