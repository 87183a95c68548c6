import { eq } from 'drizzle-orm';
import type { EnrolRequest } from '@plumbline/shared/api';
import { fromHex, keyId, sha256Hex, utf8, verifySignature } from '@plumbline/shared/trust';
import { record } from '../../platform/audit/index.ts';
import { devices, enrolmentTokens, type Database } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { DeviceError } from './errors.ts';

/** A device that lost the answer may ask again with the same key for this long. */
const RETRY_MS = 60_000;

/**
 * Trades a one-time token for a name. The private key was made on the device and stays there.
 * @throws DeviceError `token_unknown`, `token_expired`, `token_used`, `proof_invalid`, `device_exists`; nothing is
 * written then.
 */
export async function enrolDevice(
  deps: { database: Database; now: () => number },
  request: EnrolRequest,
): Promise<{ site: string; device: string }> {
  if (!verifySignature(request.publicKey, utf8(request.token), fromHex(request.proof))) {
    throw new DeviceError('proof_invalid', 'enrolment: the proof is not by this key', {
      kind: 'unauthenticated',
      field: 'proof',
    });
  }
  const key = keyId(request.publicKey);
  const now = deps.now();
  return deps.database.transaction(async (tx) => {
    const tokenSha256 = sha256Hex(utf8(request.token));
    const [token] = await tx.select().from(enrolmentTokens).where(eq(enrolmentTokens.tokenSha256, tokenSha256));
    if (token === undefined)
      throw new DeviceError('token_unknown', 'enrolment: no such token', { kind: 'unauthenticated', field: 'token' });
    const { site, device } = token;
    if (token.usedAt !== null) {
      if (token.usedByKey === key && now - token.usedAt <= RETRY_MS) return { site, device };
      throw new DeviceError('token_used', 'enrolment: the token was used', { kind: 'unauthenticated', field: 'token' });
    }
    if (token.expiresAt <= now)
      throw new DeviceError('token_expired', 'enrolment: the token has expired', {
        kind: 'unauthenticated',
        field: 'token',
      });
    const [taken] = await tx.select({ id: devices.id }).from(devices).where(eq(devices.id, device));
    if (taken !== undefined)
      throw new DeviceError('device_exists', `device ${device} was enrolled by another token`, {
        kind: 'conflict',
        field: 'token',
      });
    await tx.insert(devices).values({
      id: device,
      site,
      profile: request.profile,
      agent: request.agent,
      publicKey: JSON.stringify(request.publicKey),
      keyId: key,
      tags: token.tags,
      enrolledAt: now,
      lastSeenAt: null,
      connection: null,
      report: null,
      reportNonce: null,
      reportCounter: 0,
      assignedSeq: 0,
    });
    await tx
      .update(enrolmentTokens)
      .set({ usedAt: now, usedByKey: key })
      .where(eq(enrolmentTokens.tokenSha256, tokenSha256));
    await record(tx, {
      actor: `device:${device}`,
      action: 'devices.enrol',
      subject: `device:${device}`,
      details: { site, profile: request.profile, key },
    });
    await emit(tx, { type: 'device.enrolled', site, device });
    return { site, device };
  });
}
