import { z } from 'zod';
import type { ErrorKind } from '@plumbline/shared/errors';
import { publicKey } from '@plumbline/shared/trust';
import { KEY_ERROR_CODES, KeyError } from '../errors.ts';
import { DESK_ROLES } from '../desk/desk.ts';
import { MAX_FRAME_BYTES } from './frames.ts';

const id = z.number().int().nonnegative();
const base64 = z.base64().max(MAX_FRAME_BYTES);
const certificate = { publicKey, now: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER) };

/** What may be asked of the signer process. There is no message that returns or replaces a private key. */
export const request = z.discriminatedUnion('ask', [
  z.strictObject({ id, ask: z.literal('describe') }),
  z.strictObject({
    id,
    ask: z.literal('sign'),
    role: z.enum(DESK_ROLES),
    /** Key the caller believes in: after a rotation the signer holds another one. */
    keyId: z.string().max(64),
    document: base64,
  }),
  z.strictObject({
    id,
    ask: z.literal('device-certificate'),
    site: z.string().max(256),
    device: z.string().max(256),
    ...certificate,
  }),
  z.strictObject({
    id,
    ask: z.literal('server-certificate'),
    names: z.array(z.string().max(256)).max(64),
    ...certificate,
  }),
]);

export type Request = z.infer<typeof request>;
/** A request without its number. */
export type Question = Request extends infer One ? (One extends unknown ? Omit<One, 'id'> : never) : never;

export const description = z.strictObject({
  caPem: z.string(),
  keys: z.strictObject({ director: publicKey, builder: publicKey, timestamp: publicKey, snapshot: publicKey }),
});
export const signature = z.strictObject({ signature: base64 });
export const issued = z.strictObject({ pem: z.string(), serial: z.string(), notAfter: z.number() });

const fault = z.strictObject({
  code: z.enum(KEY_ERROR_CODES),
  message: z.string(),
  kind: z.string(),
  field: z.string().optional(),
  expected: z.string().optional(),
});

export const answer = z.union([z.strictObject({ id, ok: z.unknown() }), z.strictObject({ id, error: fault })]);
export type Answer = { id: number; ok: unknown } | { id: number; error: z.infer<typeof fault> };

export function faultOf(error: KeyError): z.infer<typeof fault> {
  const { code, message, kind, field, expected } = error;
  return {
    code,
    message,
    kind,
    ...(field === undefined ? {} : { field }),
    ...(expected === undefined ? {} : { expected }),
  };
}

/** The error of the signer process as if it had been thrown here. */
export function errorOf({ code, message, kind, field, expected }: z.infer<typeof fault>): KeyError {
  return new KeyError(code, message, {
    kind: kind as ErrorKind,
    ...(field === undefined ? {} : { field }),
    ...(expected === undefined ? {} : { expected }),
  });
}
