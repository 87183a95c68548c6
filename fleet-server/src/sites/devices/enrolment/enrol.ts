import type { DeviceCertificate, EnrolRequest } from '@plumbline/shared/api';
import {
  enrolmentProofBytes,
  fingerprintOf,
  fromHex,
  keyId,
  sha256Hex,
  utf8,
  verifySignature,
} from '@plumbline/shared/trust';
import { record } from '../../../platform/audit/index.ts';
import { devices, enrolmentTokens, eq, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { issueCertificate, type IssueDeps } from '../certificates/issue.ts';
import { DeviceError, type DeviceErrorCode } from '../errors.ts';

/** A device that lost the answer, or found the signer away, may ask again with the same key for this long. */
const RETRY_MS = 3_600_000;
/** A device that asked in time waits for a person this long, whatever its token says. */
const PENDING_MS = 7 * 86_400_000;

type Token = typeof enrolmentTokens.$inferSelect;

export type Enrolment =
  | { status: 'enrolled'; site: string; device: string; rootVersion: number; certificate: DeviceCertificate }
  | { status: 'pending'; fingerprint: string };

type Decision = { token: Token } | { pending: true } | { refused: DeviceError; token?: Token };

/**
 * Trades a one-time token for a name and a certificate. The private key was made on the device and stays there.
 * A refusal that knows of a token is audited; what is told apart here is told to those who hold a token of 192 random
 * bits, so it helps nobody to guess one, and tells an installer that somebody else was faster.
 *
 * @param from where the request comes from, for the audit
 * @throws DeviceError `proof_invalid`, `token_unknown`, `token_expired`, `token_used`, `token_wrong_class`,
 * `device_exists`; nothing but the audit is written then
 */
export async function enrolDevice(deps: IssueDeps, request: EnrolRequest, from: string): Promise<Enrolment> {
  if (!verifySignature(request.publicKey, enrolmentProofBytes(request.token), fromHex(request.proof))) {
    throw refusal('proof_invalid', 'the proof is not by this key', 'proof');
  }
  const key = keyId(request.publicKey);
  const tokenSha256 = sha256Hex(utf8(request.token));
  const decision = await deps.database.transaction(async (tx): Promise<Decision> => {
    const [token] = await tx.select().from(enrolmentTokens).where(eq(enrolmentTokens.tokenSha256, tokenSha256));
    const decided = await decide(tx, { token, request, key, now: deps.now() });
    if ('refused' in decided) {
      await record(tx, {
        actor: `address:${from}`,
        action: 'devices.enrol-refused',
        // Of a token that nobody made, a piece of its hash shows whether two attempts were one guess.
        subject: token === undefined ? `token:${tokenSha256.slice(0, 16)}` : `device:${token.device}`,
        details: { code: decided.refused.code, key },
      });
    }
    return decided;
  });
  if ('refused' in decision) throw decision.refused;
  if ('pending' in decision) return { status: 'pending', fingerprint: fingerprintOf(key) };
  const { site, device, rootVersion } = decision.token;
  const { publicKey } = request;
  const certificate = await issueCertificate(deps, { site, device, publicKey, cause: 'enrolment' });
  return { status: 'enrolled', site, device, rootVersion, certificate };
}

interface Case {
  token: Token | undefined;
  request: EnrolRequest;
  key: string;
  now: number;
}

async function decide(tx: Db, { token, request, key, now }: Case): Promise<Decision> {
  if (token === undefined) return { refused: refusal('token_unknown', 'no such token') };
  const refused = (code: DeviceErrorCode, why: string): Decision => ({ refused: refusal(code, why), token });
  if (token.usedAt !== null) {
    if (token.usedByKey === key && now - token.usedAt <= RETRY_MS) return { token };
    return refused('token_used', 'the token was used');
  }
  if (token.askedKey !== null && token.askedKey !== key) return refused('token_used', 'another device asked first');
  if (token.profile !== null && token.profile !== request.profile) {
    return refused('token_wrong_class', `the token is for ${token.profile}, this device is ${request.profile}`);
  }
  const until = token.askedAt === null ? token.expiresAt : token.askedAt + PENDING_MS;
  if (until <= now) return refused('token_expired', 'the token has expired');
  const [taken] = await tx.select({ id: devices.id }).from(devices).where(eq(devices.id, token.device));
  if (taken !== undefined) {
    const why = `device ${token.device} was enrolled by another token`;
    return { refused: new DeviceError('device_exists', why, { kind: 'conflict', field: 'token' }), token };
  }
  if (token.approval === 'required' && token.approvedAt === null) {
    if (token.askedAt === null) await ask(tx, token, { request, key, now });
    return { pending: true };
  }
  await admit(tx, token, { request, key, now });
  return { token };
}

async function ask(tx: Db, token: Token, { request, key, now }: Omit<Case, 'token'>): Promise<void> {
  await tx
    .update(enrolmentTokens)
    .set({ askedAt: now, askedKey: key })
    .where(eq(enrolmentTokens.tokenSha256, token.tokenSha256));
  await record(tx, {
    actor: `device:${token.device}`,
    action: 'devices.ask',
    subject: `device:${token.device}`,
    details: { site: token.site, profile: request.profile, key },
  });
}

async function admit(tx: Db, token: Token, { request, key, now }: Omit<Case, 'token'>): Promise<void> {
  const { site, device } = token;
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
    .where(eq(enrolmentTokens.tokenSha256, token.tokenSha256));
  await record(tx, {
    actor: `device:${device}`,
    action: 'devices.enrol',
    subject: `device:${device}`,
    details: { site, profile: request.profile, key },
  });
  await emit(tx, { type: 'device.enrolled', site, device });
}

function refusal(code: DeviceErrorCode, why: string, field = 'token'): DeviceError {
  return new DeviceError(code, `enrolment: ${why}`, {
    kind: code === 'token_wrong_class' ? 'refused' : 'unauthenticated',
    field,
  });
}
