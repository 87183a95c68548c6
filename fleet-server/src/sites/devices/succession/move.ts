import { isFleetName } from '@plumbline/shared/wire';
import type { Db } from '../../../platform/db/index.ts';
import type { AssignDeps } from '../assign.ts';
import type { TokenDeps } from '../enrolment/create-tokens.ts';
import { DeviceError } from '../errors.ts';
import { orderRetirement } from '../retire/order-retirement.ts';
import { succeedBy, successible, type Succession } from './replace.ts';

export interface MoveOrder {
  device: string;
  site: string;
  /** Its name there; the old one with the site behind it when left out. */
  name?: string | undefined;
  lifetimeMs: number;
}

/**
 * Takes a gateway to another site: it hands over what it holds and wipes itself, and enrols there under another name by
 * the code of this answer. What it did before stays with the name and the site it did it on.
 * @throws DeviceError `device_unknown`, `device_succeeded`, `site_same`, `device_revoked`, `device_quarantined`, and
 * what `createToken` throws
 */
export async function moveDevice(
  tx: Db,
  deps: Omit<TokenDeps, 'database'> & AssignDeps,
  actor: string,
  { device, site, name = `${device}-${site}`, lifetimeMs }: MoveOrder,
): Promise<Succession & { seq: number }> {
  const old = await successible(tx, device);
  if (old.site === site) {
    throw new DeviceError('site_same', `device ${device} is on site ${site}`, {
      kind: 'conflict',
      field: 'site',
      expected: 'another site',
    });
  }
  if (!isFleetName(name)) {
    throw new DeviceError('name_invalid', `name: ${JSON.stringify(name)} is no fleet name`, {
      field: 'name',
      expected: '1–64 of a–z, 0–9, dot, dash, underscore; give one by --as',
    });
  }
  const order = { old: device, device: name, kind: 'move', site, profile: old.profile, lifetimeMs } as const;
  const succession = await succeedBy(tx, deps, actor, order);
  const { seq } = await orderRetirement(tx, deps, actor, { device, cause: 'move' });
  return { ...succession, seq };
}
