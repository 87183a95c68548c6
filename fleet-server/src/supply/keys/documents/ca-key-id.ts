import { X509Certificate } from 'node:crypto';
import { keyId } from '@plumbline/shared/trust';
import { fromSpki } from '../ca/spki.ts';

/** Key id of the key in a certificate; undefined for a key of another kind. */
export function caKeyId(pem: string): string | undefined {
  const key = fromSpki(new X509Certificate(pem).publicKey.export({ format: 'der', type: 'spki' }));
  return key === undefined ? undefined : keyId(key);
}
