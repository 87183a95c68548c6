import {
  canonicalBytes,
  fromHex,
  signatureBy,
  toBase64,
  utf8,
  type FileDigests,
  type Signer,
} from '@plumbline/shared/trust';
import { z } from 'zod';

const bundle = z.looseObject({ dsseEnvelope: z.looseObject({ payload: z.string() }) });
const statement = z.looseObject({
  predicate: z.looseObject({ resources: z.array(z.looseObject({ name: z.string(), digest: z.string() })).default([]) }),
});

const json = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

/** A published bundle as it stands. */
export function readBundle(bytes: Uint8Array): z.infer<typeof bundle> {
  return bundle.parse(json(bytes));
}

export function statementOf(payload: Uint8Array): z.infer<typeof statement> {
  return statement.parse(json(payload));
}

/** Files that a statement lists. */
export function digestsOf(payload: Uint8Array): FileDigests {
  return Object.fromEntries(statementOf(payload).predicate.resources.map(({ name, digest }) => [name, digest]));
}

const TYPE = 'application/vnd.in-toto+json';

/** Any statement in an envelope signed by us, as DSSE v1 has it. */
export async function sealedBy(signer: Signer, payload: Uint8Array): Promise<Uint8Array> {
  const head = utf8(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `);
  const { sig } = await signatureBy(signer, Uint8Array.from([...head, ...payload]));
  const signatures = [{ sig: toBase64(fromHex(sig)) }];
  return canonicalBytes({ dsseEnvelope: { payload: toBase64(payload), payloadType: TYPE, signatures } });
}
