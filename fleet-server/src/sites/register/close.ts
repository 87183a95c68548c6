import { record } from '../../platform/audit/index.ts';
import { and, asc, devices, enrolmentTokens, eq, isNull, timeOf, type Db } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { orderRetirement, retirementsOf, readStanding, takeBackRetirement, type AssignDeps } from '../devices/index.ts';
import { getSiteThatIs } from './list.ts';
import { writeSite } from './put.ts';
import type { SiteRecord } from './site.ts';

/** Devices that were away come by, hand over and go; later a person may close the site over them. */
export const DEFAULT_DEADLINE_MS = 14 * 86_400_000;

export interface CloseOrder {
  site: string;
  /** So long its devices have time to hand over what they hold. */
  deadlineMs?: number | undefined;
}

/**
 * Begins to close a site: every device of it is ordered to hand over what it holds and to wipe itself, codes for it open
 * nothing any more, rollouts leave it out. It is archived when the last device has gone.
 * @throws SiteError `site_unknown`, `site_closing`, `site_archived`
 */
export async function closeSite(
  tx: Db,
  deps: AssignDeps,
  actor: string,
  { site: id, deadlineMs = DEFAULT_DEADLINE_MS }: CloseOrder,
): Promise<{ site: SiteRecord; ordered: string[] }> {
  const before = await getSiteThatIs(tx, id, 'open');
  const closingAt = timeOf(tx);
  const site = await writeSite(tx, before, { state: 'closing', closingAt, deadlineAt: closingAt + deadlineMs });
  await tx.delete(enrolmentTokens).where(and(eq(enrolmentTokens.site, id), isNull(enrolmentTokens.usedAt)));
  const ordered: string[] = [];
  for (const row of await tx.select().from(devices).where(eq(devices.site, id)).orderBy(asc(devices.id))) {
    // One that is shut out would not hear it; a person has to look at it before the site is archived.
    if (readStanding(row).standing !== 'active') continue;
    await orderRetirement(tx, deps, actor, { device: row.id, cause: 'close' });
    ordered.push(row.id);
  }
  await record(tx, {
    actor,
    action: 'sites.close',
    subject: `site:${id}`,
    details: { ordered, deadlineAt: site.deadlineAt },
  });
  await emit(tx, { type: 'site.closing', site: id });
  return { site, ordered };
}

/**
 * Opens a site again that is closing. Devices that have not handed over yet stay; those that have are gone, and enrol anew
 * under other names.
 * @returns the devices that stay
 * @throws SiteError `site_unknown`, `site_open`, `site_archived`
 */
export async function reopenSite(
  tx: Db,
  deps: AssignDeps,
  actor: string,
  id: string,
): Promise<{ site: SiteRecord; stay: string[] }> {
  const before = await getSiteThatIs(tx, id, 'closing');
  const site = await writeSite(tx, before, { state: 'open', closingAt: null, deadlineAt: null });
  const stay: string[] = [];
  for (const { device, state, cause } of await retirementsOf(tx, id)) {
    if (cause !== 'close' || state === 'wiped') continue;
    await takeBackRetirement(tx, deps, actor, device);
    stay.push(device);
  }
  await record(tx, { actor, action: 'sites.reopen', subject: `site:${id}`, details: { stay } });
  await emit(tx, { type: 'site.reopened', site: id });
  return { site, stay };
}
