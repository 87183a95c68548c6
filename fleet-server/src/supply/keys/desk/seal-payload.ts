import { z } from 'zod';

/** DSSE v1 pre-authentication encoding of an in-toto statement. */
const HEAD = /^DSSEv1 28 application\/vnd\.in-toto\+json (0|[1-9]\d{0,6}) /;

const statement = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: z.string() }) })).length(1),
  predicateType: z.literal('https://model_signing/signature/v1.0'),
  predicate: z.strictObject({ serialization: z.looseObject({}), resources: z.array(z.looseObject({})).max(64) }),
});

/** Whether these bytes are what the seal of a bundle signs (OpenSSF Model Signing v1.0), and nothing around it. */
export function isSealPayload(bytes: Uint8Array): boolean {
  const head = HEAD.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 64)));
  if (head === null) return false;
  const body = bytes.subarray(head[0].length);
  if (body.length !== Number(head[1])) return false;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return statement.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
