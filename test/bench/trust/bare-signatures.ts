import {
  canonicalBytes,
  fromBase64,
  fromHex,
  keyId,
  lineRole,
  openEnvelope,
  publicKeyOf,
  readFleet,
  readMetadata,
  signedBytes,
  lineKeys,
  type TufKey,
} from '@plumbline/shared/trust';
import { LINE, type InstallMaterial } from './material.ts';
import { bareSignature, type BareSignature } from './native-key.ts';

/** Every signature of an install, once, with all parsing done: what nobody can do without. */
export function bareSignaturesOf({ root, metadata, fleet, assignment, seal }: InstallMaterial): BareSignature[] {
  const { keys } = readMetadata(root, 'root').signed;
  const { signed: targets } = readMetadata(metadata.targets, 'targets');
  const directors = new Map(readFleet(fleet).directors.map((key) => [keyId(key), key]));
  const order = openEnvelope(assignment, 'assignment');
  const body = canonicalBytes(order.signed);
  return [
    ...ofMetadata(metadata.timestamp, 'timestamp', keys),
    ...ofMetadata(metadata.snapshot, 'snapshot', keys),
    ...ofMetadata(metadata.targets, 'targets', keys),
    ...ofMetadata(metadata.line, lineRole(LINE), targets.delegations?.keys ?? {}),
    ...order.signatures.map(({ keyid, sig }) => bareSignature(known(directors.get(keyid)), body, fromHex(sig))),
    ofSeal(seal, known(lineKeys(targets, LINE, 'builders')[0])),
  ];
}

function ofMetadata(bytes: Uint8Array, role: string, keys: Record<string, TufKey>): BareSignature[] {
  const body = signedBytes(bytes, role);
  return readMetadata(bytes, role).signatures.map(({ keyid, sig }) => {
    const key = keys[keyid];
    return bareSignature(known(key && publicKeyOf(key)), body, fromHex(sig));
  });
}

/** DSSE v1: the signature is made over `"DSSEv1" SP len(type) SP type SP len(body) SP body`. */
function ofSeal(seal: Uint8Array, key: Parameters<typeof bareSignature>[0]): BareSignature {
  const { dsseEnvelope } = JSON.parse(new TextDecoder().decode(seal)) as {
    dsseEnvelope: { payload: string; payloadType: string; signatures: [{ sig: string }] };
  };
  const { payload, payloadType, signatures } = dsseEnvelope;
  const body = fromBase64(payload);
  const head = Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `);
  return bareSignature(key, Buffer.concat([head, body]), fromBase64(signatures[0].sig));
}

function known<T>(key: T | undefined): T {
  if (key === undefined) throw new RangeError('signed by a key that is not known');
  return key;
}
