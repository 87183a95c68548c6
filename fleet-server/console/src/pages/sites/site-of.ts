import { queryOptions } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import type { components } from '../../api/schema.generated.ts';
import type { Tone } from '../../parts/values/badge.tsx';

export type Site = components['schemas']['Site'];
export type SiteDetails = components['schemas']['SiteDetails'];
export type SiteDevice = SiteDetails['devices'][number];

export const sitesQuery = queryOptions({
  queryKey: ['sites', 'all'],
  queryFn: () => answered(api.GET('/api/v1/sites')),
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
