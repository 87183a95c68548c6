import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

export function makeSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

export interface Signed {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

/**
 * Headers of one attempt. Source: Standard Webhooks 1.0.0, "Signature scheme": HMAC-SHA256 over `id.timestamp.body`, one
 * signature for each secret that counts, separated by spaces.
 * @param at ms; the header carries whole seconds
 * @param secrets `whsec_` and base64, the newest first
 */
export function signMessage(id: string, at: number, body: string, secrets: readonly string[]): Signed {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
