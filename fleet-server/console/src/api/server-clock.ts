import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answered, api } from './client.ts';

/**
 * The clock of the server, ms: what it calls now, which a browser with a wrong clock, or a server of a demonstration,
 * does not share. @param everyMs how often a page looks at it
 */
export function useServerNow(everyMs = 10_000): number {
  const { data, dataUpdatedAt } = useQuery({
    queryKey: ['overview'],
    queryFn: () => answered(api.GET('/api/v1/overview')),
  });
  const [here, setHere] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setHere(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return data === undefined ? here : data.at + Math.max(0, here - dataUpdatedAt);
}
