import type { PublicKey } from '@plumbline/shared/trust';
import { readKeyFile, writeKeyFile } from '../files/key-file.ts';
import { makeKey } from '../files/make-key.ts';
import { requirePassphrase, type Ceremony } from './perform.ts';

/** An approver's key file, made where its owner works; registered afterwards by its public half. */
export async function makeApproverKey(
  path: string,
  { protect, passphrase }: Pick<Ceremony, 'protect' | 'passphrase'>,
): Promise<{ path: string; keyId: string; publicKey: PublicKey }> {
  const given = protect === false ? undefined : await requirePassphrase(passphrase, path);
  await writeKeyFile(path, makeKey('approver', false), given);
  const { keyId, publicKey } = await readKeyFile(path);
  return { path, keyId, publicKey };
}
