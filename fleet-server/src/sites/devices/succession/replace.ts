import { z } from 'zod';
import { record } from '../../../platform/audit/index.ts';
import { and, devices, enrolmentTokens, eq, isNull, successions, timeOf, type Db } from '../../../platform/db/index.ts';
import { makeToken, type Approval, type MadeToken, type TokenDeps } from '../enrolment/create-tokens.ts';
import { DeviceError, unknownDevice } from '../errors.ts';
import { unsentOf, type Unsent } from './unsent.ts';

export interface ReplaceOrder {
  /** The one that goes. */
  old: string;
  /** Name of the one that comes. */
  device: string;
  /** Its class, where it is another one than before. */
  profile?: string | undefined;
  approval?: Approval | undefined;
  lifetimeMs: number;
}

export interface Succession {
  token: MadeToken;
  old: string;
  /** What the old one is known to hold that has not arrived: lost with it, unless it sends it before. */
  unsent: Unsent[];
}

/**
 * Makes the code by which another gateway takes the place of this one: same site, tags and class. When it has enrolled
 * it is assigned what the old one was, and the old one is revoked; until then the old one goes on. Ordered again, the
 * code before opens nothing any more.
 * @throws DeviceError `device_unknown`, `device_succeeded`, and what `createToken` throws
 */
export async function replaceDevice(
  tx: Db,
  deps: Omit<TokenDeps, 'database'>,
  actor: string,
  order: ReplaceOrder,
): Promise<Succession> {
  const old = await successible(tx, order.old);
  return succeedBy(tx, deps, actor, {
    ...order,
    kind: 'replace',
    site: old.site,
    profile: order.profile ?? old.profile,
  });
}

/** A device whose place nobody has taken yet. @throws DeviceError `device_unknown`, `device_succeeded` */
export async function successible(tx: Db, id: string): Promise<typeof devices.$inferSelect> {
  const [old] = await tx.select().from(devices).where(eq(devices.id, id));
  if (old === undefined) throw unknownDevice(id);
  const past = await tx.select().from(successions).where(eq(successions.old, id));
  const done = past.find(({ doneAt }) => doneAt !== null);
  if (done === undefined) return old;
  throw new DeviceError('device_succeeded', `device ${id}: ${done.device} has taken its place`, {
    kind: 'conflict',
    field: 'device',
    expected: `${done.device}, which stands there now`,
  });
}

/** The code, and who will be whose successor. The caller has looked at the old one by `successible`. */
export async function succeedBy(
  tx: Db,
  deps: Omit<TokenDeps, 'database'>,
  actor: string,
  order: ReplaceOrder & { kind: 'replace' | 'move'; site: string; profile: string },
): Promise<Succession> {
  const { old, device, kind, site, profile, approval, lifetimeMs } = order;
  const [row] = await tx.select({ tags: devices.tags }).from(devices).where(eq(devices.id, old));
  const tags = z.array(z.string()).parse(JSON.parse(row?.tags ?? '[]'));
  await withdrawCodes(tx, old);
  const token = await makeToken(tx, deps, actor, { site, device, tags, profile, approval, lifetimeMs });
  await tx.delete(successions).where(eq(successions.device, device));
  await tx
    .insert(successions)
    .values({ device, old, kind, site, actor, orderedAt: timeOf(tx), doneAt: null, unsent: null });
  const details = { by: device, site, profile };
  await record(tx, { actor, action: `devices.${kind}`, subject: `device:${old}`, details });
  return { token, old, unsent: await unsentOf(tx, old) };
}

/** Of one old device one successor at most is waited for. */
async function withdrawCodes(tx: Db, old: string): Promise<void> {
  const waiting = and(eq(successions.old, old), isNull(successions.doneAt));
  for (const { device } of await tx.select({ device: successions.device }).from(successions).where(waiting)) {
    await tx.delete(enrolmentTokens).where(and(eq(enrolmentTokens.device, device), isNull(enrolmentTokens.usedAt)));
  }
  await tx.delete(successions).where(waiting);
}
