import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { fromBase64Url, toBase64Url } from '@plumbline/shared/trust';

export interface Challenges {
  /** A nonce for whoever says this name, known or not. */
  issue(who: { site: string; device: string }): string;
  isValid(nonce: string, who: { site: string; device: string }): boolean;
}

const LIFETIME_MS = 60_000;
const TIME_BYTES = 8;
const RANDOM_BYTES = 16;
const BODY_BYTES = TIME_BYTES + RANDOM_BYTES;
const MAC_BYTES = 16;

/**
 * Nonces without a memory: time, randomness and a MAC over both and the name, so that asking for a million of them
 * costs nothing. One may be used twice within its minute; the certificate is for the same key then.
 * @param secret lives as long as the process: a restart invalidates what was given out, and the device asks again
 */
export function createChallenges(now: () => number, secret: Uint8Array = randomBytes(32)): Challenges {
  const macOf = (body: Uint8Array, { site, device }: { site: string; device: string }) =>
    createHmac('sha256', secret).update(body).update(`${site}\n${device}`).digest().subarray(0, MAC_BYTES);
  return {
    issue(who) {
      const body = Buffer.alloc(BODY_BYTES);
      body.writeBigUInt64BE(BigInt(now()));
      randomBytes(RANDOM_BYTES).copy(body, TIME_BYTES);
      return toBase64Url(Buffer.concat([body, macOf(body, who)]));
    },
    isValid(nonce, who) {
      const bytes = bytesOf(nonce);
      if (bytes?.length !== BODY_BYTES + MAC_BYTES) return false;
      const body = bytes.subarray(0, BODY_BYTES);
      if (!timingSafeEqual(bytes.subarray(BODY_BYTES), macOf(body, who))) return false;
      const age = now() - Number(bytes.readBigUInt64BE());
      return age >= 0 && age <= LIFETIME_MS;
    },
  };
}

function bytesOf(text: string): Buffer | undefined {
  try {
    return Buffer.from(fromBase64Url(text));
  } catch {
    return undefined;
  }
}
