import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../../../api/client.ts';

/** What a plan would mean if it started now; asked once for each plan that is looked at. */
export function useForecast(plan: Record<string, unknown>, isWanted: boolean) {
  return useQuery({
    queryKey: ['forecast', plan],
    queryFn: () =>
      answered(api.POST('/api/v1/rollouts/forecast', { params: { query: { devices: 'none' as const } }, body: plan })),
    enabled: isWanted,
    refetchInterval: false,
    staleTime: 60_000,
  });
}

export type ForecastAsked = ReturnType<typeof useForecast>;
