import type { ReadDb } from '../../platform/db/index.ts';
import { listSites } from './list.ts';
import type { SiteRecord, SiteState } from './site.ts';

/** What is left out excludes nothing. */
export interface SiteFilter {
  /** All of them, or these: what whoever asks may see. */
  sites?: 'all' | readonly string[] | undefined;
  state?: SiteState | undefined;
  region?: string | undefined;
  /** Part of the id, the region, the zone or the note, in any case. */
  search?: string | undefined;
  /** Of these alone. */
  among?: readonly string[] | undefined;
}

export interface SitePage {
  sites: SiteRecord[];
  /** The last id of this page, where another one follows. */
  next: string | null;
  /** Of everything that the filter finds. */
  total: number;
  /** Every region that somebody wrote for a site of whoever asks, by name. */
  regions: string[];
}

/**
 * A page of sites by id. Letters are compared here and not in SQL: SQLite knows the case of ASCII alone. Thousands of
 * sites are a few milliseconds.
 */
export async function sitePage(
  db: ReadDb,
  filter: SiteFilter,
  { limit, cursor = '' }: { limit: number; cursor?: string | undefined },
): Promise<SitePage> {
  const { sites: ours = 'all', state, region, search = '', among } = filter;
  const all = await listSites(db);
  const seen = ours === 'all' ? all : within(all, ours);
  const words = search.trim().toLowerCase();
  const found = (among === undefined ? seen : within(seen, among)).filter(
    (site) =>
      (state === undefined || site.state === state) &&
      (region === undefined || site.region === region) &&
      `${site.id} ${site.region} ${site.zone} ${site.note}`.toLowerCase().includes(words),
  );
  const after = found.filter(({ id }) => id > cursor);
  const page = after.slice(0, limit);
  const regions = new Set(seen.map((site) => site.region).filter((name) => name !== ''));
  return {
    sites: page,
    next: after.length > limit ? (page.at(-1)?.id ?? null) : null,
    total: found.length,
    regions: [...regions].toSorted(),
  };
}

function within(all: readonly SiteRecord[], ids: readonly string[]): SiteRecord[] {
  const wanted = new Set(ids);
  return all.filter(({ id }) => wanted.has(id));
}
