import { randomBytes } from 'node:crypto';
import { accessCodes, and, eq, gt, lt, or, type Db } from '../../db/index.ts';
import { AccessError } from '../errors.ts';
import { sha256Of } from '../operator.ts';

export interface OneTimeCode {
  code: string;
  /** Ms. */
  expiresAt: number;
}

export const SETUP = 'setup';
const LIFETIME_MS = 3_600_000;
const PREFIX = 'plc_';
const CODE_BYTES = 32;

export function passwordOf(name: string): string {
  return `password:${name}`;
}

/** A code for one purpose; an earlier one for it counts no more. */
export async function issueCode(tx: Db, actor: string, purpose: string, now: number): Promise<OneTimeCode> {
  const code = `${PREFIX}${randomBytes(CODE_BYTES).toString('base64url')}`;
  await tx.delete(accessCodes).where(or(eq(accessCodes.purpose, purpose), lt(accessCodes.expiresAt, now)));
  const expiresAt = now + LIFETIME_MS;
  await tx.insert(accessCodes).values({ codeSha256: sha256Of(code), purpose, createdBy: actor, expiresAt });
  return { code, expiresAt };
}

/** @returns whether it was for this purpose and in time; from then on it is used up */
export async function takeCode(tx: Db, code: string, purpose: string, now: number): Promise<boolean> {
  const taken = await tx
    .delete(accessCodes)
    .where(
      and(eq(accessCodes.codeSha256, sha256Of(code)), eq(accessCodes.purpose, purpose), gt(accessCodes.expiresAt, now)),
    )
    .returning({ purpose: accessCodes.purpose });
  return taken.length > 0;
}

export function codeRefused(): AccessError {
  return new AccessError('code_refused', 'the code opens nothing', {
    kind: 'forbidden',
    field: 'code',
    expected: 'a code that is not used, not older than an hour, and for this name',
  });
}
