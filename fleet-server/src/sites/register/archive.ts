import { record } from '../../platform/audit/index.ts';
import { eq, sites, timeOf, type Database, type Db } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { bar, describeUnsent } from '../devices/index.ts';
import { SiteError } from './errors.ts';
import { getSiteThatIs } from './list.ts';
import { writeSite } from './put.ts';
import { devicesOf, isGone, type SiteDevice } from './remaining.ts';
import type { SiteRecord } from './site.ts';

export interface ArchiveOrder {
  site: string;
  /** A person insists: devices that did not answer by the deadline are revoked, and what they hold is lost. */
  force: boolean;
}

/**
 * Archives a closing site whose devices have gone: its data stay and can be exported, nobody enrols there again.
 * @returns the devices that were put out by force, with what they are known to hold
 * @throws SiteError `site_unknown`, `site_open`, `site_archived`, `site_silent` while devices remain; before the
 * deadline also to whoever insists
 */
export async function archiveSite(
  tx: Db,
  actor: string,
  { site: id, force }: ArchiveOrder,
): Promise<{ site: SiteRecord; forced: SiteDevice[] }> {
  const before = await getSiteThatIs(tx, id, 'closing');
  const closedAt = timeOf(tx);
  const remaining = (await devicesOf(tx, id)).filter((device) => !isGone(device));
  if (remaining.length > 0 && (!force || closedAt < (before.deadlineAt ?? 0))) throw silent(before, remaining, force);
  for (const device of remaining) {
    const lost = describeUnsent(device.unsent) ?? 'what it holds is not known';
    const reason = `site ${id} was closed without it; ${lost}`;
    await bar(tx, 'revoked', { site: id, device: device.device, reason, actor, at: closedAt });
  }
  const site = await writeSite(tx, before, { state: 'archived', closedAt });
  const forced = remaining.map(({ device, end, unsent }) => ({ device, end, unsent }));
  await record(tx, { actor, action: 'sites.archive', subject: `site:${id}`, details: { forced } });
  await emit(tx, { type: 'site.archived', site: id });
  return { site, forced: remaining };
}

/** Archives every closing site whose last device has gone. Asked again it does nothing. @returns their ids */
export async function archiveEmptied(deps: { database: Database }): Promise<string[]> {
  return deps.database.transaction(async (tx) => {
    const archived: string[] = [];
    for (const { id } of await tx.select({ id: sites.id }).from(sites).where(eq(sites.state, 'closing'))) {
      if (!(await devicesOf(tx, id)).every(isGone)) continue;
      await archiveSite(tx, 'system', { site: id, force: false });
      archived.push(id);
    }
    return archived;
  });
}

function silent(site: SiteRecord, remaining: readonly SiteDevice[], force: boolean): SiteError {
  const named = remaining.slice(0, 5).map(({ device, end }) => `${device} (${end})`);
  const more = remaining.length > named.length ? ` and ${remaining.length - named.length} more` : '';
  const until = new Date(site.deadlineAt ?? 0).toISOString();
  return new SiteError('site_silent', `site ${site.id}: ${named.join(', ')}${more} have not handed over yet`, {
    kind: 'conflict',
    field: force ? 'force' : 'site',
    expected: force
      ? `the deadline, ${until}, to be over; a device that is known to be lost can be revoked by hand`
      : `every device to have gone; after ${until} a person may insist (--force)`,
  });
}
