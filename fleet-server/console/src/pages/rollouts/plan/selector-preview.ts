import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answered, api } from '../../../api/client.ts';

const SHOWN = 5;

/** Whom a selector finds now, while it is typed; without one, every device. */
export function useSelectorPreview(selector: string) {
  const [settled] = useDebouncedValue(selector.trim(), 400);
  const found = useQuery({
    queryKey: ['devices', 'preview', settled],
    queryFn: () => answered(api.POST('/api/v1/selectors/preview', { body: { selector: settled, shown: SHOWN } })),
    enabled: settled !== '',
    retry: false,
    refetchInterval: false,
    placeholderData: keepPreviousData,
  });
  const isOfThis = settled === selector.trim() && settled !== '';
  return {
    data: isOfThis && found.error === null ? found.data : undefined,
    problem: isOfThis && found.error !== null ? found.error.message : undefined,
  };
}
