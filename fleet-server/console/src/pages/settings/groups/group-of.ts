import { queryOptions } from '@tanstack/react-query';
import { cursorIn, everyRow } from '../../../api/by-pages.ts';
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

/** The first by name: the rest stands in the list of devices. */
export function membersQuery(name: string, limit: number) {
  return queryOptions({
    queryKey: ['devices', 'group', name, limit],
    queryFn: () => answered(api.GET('/api/v1/groups/{name}/devices', { params: { path: { name }, query: { limit } } })),
  });
}

/** All of them: a list that is kept by hand is written as a whole. */
export async function everyMember(name: string): Promise<string[]> {
  return everyRow(
    (cursor) =>
      answered(
        api.GET('/api/v1/groups/{name}/devices', {
          params: { path: { name }, query: { limit: 500, ...cursorIn(cursor) } },
        }),
      ),
    ({ devices }) => devices,
  );
}
