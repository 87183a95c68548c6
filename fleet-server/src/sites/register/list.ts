import { devices, enrolmentTokens, eq, sites, type ReadDb } from '../../platform/db/index.ts';
import { SiteError, unknownSite } from './errors.ts';
import { readSite, unwritten, type SiteRecord } from './site.ts';

/** Every site by id: those of the register, and those that only a device or an enrolment code names, at the defaults. */
export async function listSites(db: ReadDb): Promise<SiteRecord[]> {
  const written = (await db.select().from(sites)).map(readSite);
  const known = new Map(written.map((site) => [site.id, site]));
  for (const named of [
    await db.selectDistinct({ site: devices.site }).from(devices),
    await db.selectDistinct({ site: enrolmentTokens.site }).from(enrolmentTokens),
  ]) {
    for (const { site } of named) if (!known.has(site)) known.set(site, unwritten(site));
  }
  return [...known.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** @throws SiteError `site_unknown` for one that neither the register nor a device nor a code names */
export async function getSite(db: ReadDb, id: string): Promise<SiteRecord> {
  const site = await findSite(db, id);
  if (site === undefined) throw unknownSite(id);
  return site;
}

/** @throws SiteError `site_unknown`, `site_open`, `site_closing`, `site_archived` when it is in another state */
export async function getSiteThatIs(db: ReadDb, id: string, state: SiteRecord['state']): Promise<SiteRecord> {
  const site = await getSite(db, id);
  if (site.state === state) return site;
  throw new SiteError(`site_${site.state}`, `site ${id} is ${site.state}`, {
    kind: 'conflict',
    field: 'site',
    expected: `a site that is ${state}`,
  });
}

export async function findSite(db: ReadDb, id: string): Promise<SiteRecord | undefined> {
  const [row] = await db.select().from(sites).where(eq(sites.id, id));
  if (row !== undefined) return readSite(row);
  const [device] = await db.select({ id: devices.id }).from(devices).where(eq(devices.site, id)).limit(1);
  if (device !== undefined) return unwritten(id);
  const [code] = await db
    .select({ site: enrolmentTokens.site })
    .from(enrolmentTokens)
    .where(eq(enrolmentTokens.site, id))
    .limit(1);
  return code && unwritten(id);
}
