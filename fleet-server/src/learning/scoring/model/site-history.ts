import {
  createHistory,
  derivedSources,
  DERIVATIONS,
  type SiteHistory,
  type SiteLogEntry,
} from '@plumbline/shared/activity';
import { featuresOf, type Manifest } from '@plumbline/shared/manifest';
import type { ReadDb } from '../../../platform/db/index.ts';
import { pageOf } from '../../../sites/activities/index.ts';

const PAGE_ENTRIES = 500;

/** The whole log of a site, in its order. */
export async function logOf(db: ReadDb, site: string): Promise<SiteLogEntry[]> {
  const entries: SiteLogEntry[] = [];
  for (let cursor = 0, more = true; more;) {
    const page = await pageOf(db, site, cursor, PAGE_ENTRIES);
    entries.push(...page.entries);
    ({ cursor, more } = page);
  }
  return entries;
}

/** Sources of a model that look at what a site knew, and not at the record alone. */
export function historySources(manifest: Pick<Manifest, 'inputs'>) {
  const sources = derivedSources(featuresOf(manifest));
  return { sources, needed: sources.some(({ derived }) => DERIVATIONS[derived]?.needs !== 'nothing') };
}

/** Histories by site, each read once; of models that need none nothing is read. */
export function siteHistories(
  db: ReadDb,
  manifest: Pick<Manifest, 'inputs'>,
): (site: string | undefined) => Promise<SiteHistory | undefined> {
  const { needed } = historySources(manifest);
  const known = new Map<string, Promise<SiteHistory>>();
  return async (site) => {
    if (!needed || site === undefined) return undefined;
    const before = known.get(site) ?? logOf(db, site).then(createHistory);
    known.set(site, before);
    return before;
  };
}
