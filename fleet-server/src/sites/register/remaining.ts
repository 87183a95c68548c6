import { asc, devices, eq, type ReadDb } from '../../platform/db/index.ts';
import { readStanding, retirementsOf, unsentOf, type Unsent } from '../devices/index.ts';

/**
 * How far a device of a closing site has come. `told`: it is connected and has not answered; `silent`: it is not
 * connected and has not answered; `quarantined`: it is shut out and was told nothing.
 */
export type DeviceEnd = 'stays' | 'told' | 'silent' | 'draining' | 'wiped' | 'quarantined' | 'revoked';

export interface SiteDevice {
  device: string;
  end: DeviceEnd;
  reason: string | undefined;
  lastSeenAt: number | null;
  online: boolean;
  /** Rows it still held when it last said so, by class; what it made since nobody knows. */
  unsent: Unsent[];
}

/** The devices of a site by id, and what is known of their leaving. */
export async function devicesOf(db: ReadDb, site: string): Promise<SiteDevice[]> {
  const rows = await db.select().from(devices).where(eq(devices.site, site)).orderBy(asc(devices.id));
  const ordered = new Map((await retirementsOf(db, site)).map((one) => [one.device, one.state]));
  const all: SiteDevice[] = [];
  for (const row of rows) {
    const { standing, reason } = readStanding(row);
    const online = row.connection !== null;
    const retirement = ordered.get(row.id);
    const end = endOf(standing, retirement, online);
    const unsent = end === 'wiped' ? [] : await unsentOf(db, row.id);
    all.push({ device: row.id, end, reason, lastSeenAt: row.lastSeenAt, online, unsent });
  }
  return all;
}

/** Neither connected nor gone: nobody can say what it holds. */
export function isGone({ end }: SiteDevice): boolean {
  return end === 'wiped' || end === 'revoked';
}

function endOf(standing: string, retirement: string | undefined, online: boolean): DeviceEnd {
  if (retirement === 'wiped') return 'wiped';
  if (standing !== 'active') return standing === 'quarantined' ? 'quarantined' : 'revoked';
  if (retirement === undefined) return 'stays';
  if (retirement === 'draining') return 'draining';
  return online ? 'told' : 'silent';
}
