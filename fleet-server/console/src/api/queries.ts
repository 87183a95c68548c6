import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

const TRIES = 3;

/** No event tells that a device has come or gone: ten thousand of them do so at once. Where that is shown, it is asked. */
export const PRESENCE_MS = 5_000;

/** Data is looked at again when an event says so (live.ts); the interval is for what no event tells. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 10_000, refetchInterval: 60_000, retry: isWorthAnother, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}

/** A refusal stays a refusal; a server that starts again answers soon. */
function isWorthAnother(failures: number, error: unknown): boolean {
  const isPassing = !(error instanceof ApiProblem) || error.status === 0 || error.status >= 500;
  return isPassing && failures < TRIES;
}
