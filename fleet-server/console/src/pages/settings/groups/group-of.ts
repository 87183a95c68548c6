import { queryOptions } from '@tanstack/react-query';
import { answered, api } from '../../../api/client.ts';
import type { components } from '../../../api/schema.generated.ts';

export type GroupSummary = components['schemas']['GroupSummary'];
export type SelectorPreview = components['schemas']['SelectorPreview'];

const SHOWN = 20;

/** Whom a selector finds now. */
export function previewQuery(selector: string) {
  return queryOptions({
    queryKey: ['devices', 'preview', selector],
    queryFn: () => answered(api.POST('/api/v1/selectors/preview', { body: { selector, shown: SHOWN } })),
    enabled: selector !== '',
    retry: false,
    staleTime: 30_000,
  });
}
