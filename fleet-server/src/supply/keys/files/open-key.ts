import { fromHex, type LocalSigner } from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';
import { decryptSecret } from './encryption.ts';
import { headerOf, malformed, readContent, type KeyFileContent } from './key-file.ts';
import { createNativeSigner } from './native-signer.ts';

/** Asked once per protected file, by the name a person knows it by. */
export type Passphrase = (path: string) => string | undefined | Promise<string | undefined>;

/**
 * The signer of a key file.
 * @throws KeyError `keys_missing`, `keys_malformed`, `passphrase_needed`, `passphrase_wrong`
 */
export async function readSigner(path: string, passphrase?: Passphrase): Promise<LocalSigner> {
  const content = await readContent(path);
  return signerOf(path, content, await secretOf(path, content, passphrase));
}

/** The secret itself, for the one key that signs outside our own formats: the enrolment CA. */
export async function readSecret(path: string, passphrase?: Passphrase): Promise<Uint8Array> {
  const content = await readContent(path);
  const secret = await secretOf(path, content, passphrase);
  signerOf(path, content, secret);
  return secret;
}

async function secretOf(path: string, content: KeyFileContent, passphrase?: Passphrase): Promise<Uint8Array> {
  if ('secret' in content) return fromHex(content.secret);
  const given = await passphrase?.(path);
  if (given === undefined) {
    throw new KeyError('passphrase_needed', `${path}: protected by a passphrase`, {
      kind: 'refused',
      field: path,
      expected: '--passphrase-file, PLUMBLINE_PASSPHRASE or an answer to the prompt',
    });
  }
  try {
    return await decryptSecret(content.encrypted, given, headerOf(content));
  } catch (error) {
    if (!(error instanceof KeyError)) throw malformed(path);
    throw new KeyError(error.code, `${path}: ${error.message}`, { kind: 'refused', field: path });
  }
}

/** A secret that is not of the public key beside it would sign what nobody can verify. */
function signerOf(path: string, content: KeyFileContent, secret: Uint8Array): LocalSigner {
  let signer: LocalSigner;
  try {
    signer = createNativeSigner({ type: content.public.type, secret });
  } catch {
    throw malformed(path);
  }
  if (signer.publicKey.public !== content.public.public) throw malformed(path);
  return signer;
}
