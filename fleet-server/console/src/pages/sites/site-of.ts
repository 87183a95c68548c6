import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { BY_PAGES, cursorIn } from '../../api/by-pages.ts';
import { answered, api } from '../../api/client.ts';
import type { components } from '../../api/schema.generated.ts';
import type { Tone } from '../../parts/values/badge.tsx';

export type Site = components['schemas']['Site'];
export type ListedSite = components['schemas']['ListedSite'];
export type SiteDetails = components['schemas']['SiteDetails'];
export type SiteDevice = SiteDetails['devices'][number];

export interface SiteFilter {
  search?: string;
  state?: Site['state'];
  region?: string;
}

const PAGE = 100;

/** Page by page: there are thousands. */
export const sitesQuery = (filter: SiteFilter) =>
  infiniteQueryOptions({
    queryKey: ['sites', 'list', filter],
    queryFn: ({ pageParam }) =>
      answered(api.GET('/api/v1/sites', { params: { query: { ...filter, limit: PAGE, ...cursorIn(pageParam) } } })),
    ...BY_PAGES,
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });

const NAMED = 50;

/** The first whose names or regions have these letters: what a field proposes while somebody types. */
export const proposedSitesQuery = (typed: string, state?: Site['state']) =>
  queryOptions({
    queryKey: ['sites', 'proposed', typed, state],
    queryFn: () => {
      const search = typed.trim().slice(0, 256);
      const query = { limit: NAMED, ...(search !== '' && { search }), ...(state !== undefined && { state }) };
      return answered(api.GET('/api/v1/sites', { params: { query } }));
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

/** These sites, as far as they are known; at most 200. */
export const namedSitesQuery = (names: readonly string[]) =>
  queryOptions({
    queryKey: ['sites', 'named', names],
    queryFn: () => answered(api.GET('/api/v1/sites', { params: { query: { among: names.join(','), limit: 200 } } })),
    enabled: names.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  });

export function siteQuery(site: string) {
  return queryOptions({
    queryKey: ['sites', 'one', site],
    queryFn: () => answered(api.GET('/api/v1/sites/{site}', { params: { path: { site } } })),
  });
}

export const SITE_TONES: Record<Site['state'], Tone> = { open: 'good', closing: 'waiting', archived: 'stopped' };

export const END_WORDS: Record<SiteDevice['end'], { tone: Tone; word: string; about: string }> = {
  stays: { tone: 'good', word: 'stays', about: 'it was not told to go' },
  told: { tone: 'busy', word: 'told', about: 'it is connected and has not answered yet' },
  silent: { tone: 'quiet', word: 'silent', about: 'it is not connected and has not answered' },
  draining: { tone: 'busy', word: 'handing over', about: 'it sends what it holds, then wipes itself' },
  wiped: { tone: 'good', word: 'wiped', about: 'it has handed over and is gone' },
  quarantined: { tone: 'warning', word: 'quarantined', about: 'it is shut out and was told nothing' },
  revoked: { tone: 'stopped', word: 'revoked', about: 'it never comes back' },
};

/** Neither connected nor gone: nobody can say what it holds. */
export function isGone({ end }: SiteDevice): boolean {
  return end === 'wiped' || end === 'revoked';
}

/** Rows a device was known to hold when it last said so. */
export function unsentOf({ unsent }: SiteDevice): number {
  return unsent.reduce((sum, { rows }) => sum + rows, 0);
}
