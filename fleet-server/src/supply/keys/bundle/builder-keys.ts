import type { PublicKey } from '@plumbline/shared/trust';
import { readDocuments } from '../documents/read-documents.ts';
import { KeyError } from '../errors.ts';

/**
 * Whom a machine believes as builders of a line, by the documents in its folder of keys; nobody where there are none.
 * @throws TrustError, KeyError when there are documents and they do not hold.
 */
export async function builderKeysOf(keysFolder: string): Promise<(line: string) => PublicKey[]> {
  try {
    const { authorities } = await readDocuments(keysFolder);
    return (line) => (Object.hasOwn(authorities.lines, line) ? (authorities.lines[line]?.builders ?? []) : []);
  } catch (error) {
    if (error instanceof KeyError && error.code === 'keys_missing') return () => [];
    throw error;
  }
}
