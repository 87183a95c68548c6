import { argon2, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { fromHex, toHex } from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

/**
 * A secret of 32 bytes under a passphrase. The bounds keep a hostile file from taking the machine's memory or an
 * hour of its time.
 */
export const encryptedSecret = z.strictObject({
  kdf: z.literal('argon2id'),
  memoryKb: z.number().int().min(8192).max(1_048_576),
  passes: z.number().int().min(1).max(16),
  lanes: z.number().int().min(1).max(16),
  salt: hex(16),
  cipher: z.literal('aes-256-gcm'),
  iv: hex(12),
  text: hex(32),
  tag: hex(16),
});

export type EncryptedSecret = z.infer<typeof encryptedSecret>;
type Cost = Pick<EncryptedSecret, 'memoryKb' | 'passes' | 'lanes'>;

/** RFC 9106, section 4: the second recommended choice, for machines that have less than 2 GiB to spare. */
const COST: Cost = { memoryKb: 65_536, passes: 3, lanes: 4 };
const MIN_PASSPHRASE = 8;

const derive = promisify(argon2);

/**
 * @param header what stands beside the secret in clear; changing it later is found out when the secret is opened.
 * @throws KeyError `passphrase_weak` under eight characters.
 */
export async function encryptSecret(
  secret: Uint8Array,
  passphrase: string,
  header: Uint8Array,
): Promise<EncryptedSecret> {
  if (passphrase.length < MIN_PASSPHRASE) {
    throw new KeyError('passphrase_weak', `passphrase: under ${MIN_PASSPHRASE} characters`, {
      field: 'passphrase',
      expected: `at least ${MIN_PASSPHRASE} characters`,
    });
  }
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt, COST), iv).setAAD(header);
  const text = Buffer.concat([cipher.update(secret), cipher.final()]);
  return {
    kdf: 'argon2id',
    ...COST,
    salt: toHex(salt),
    cipher: 'aes-256-gcm',
    iv: toHex(iv),
    text: toHex(text),
    tag: toHex(cipher.getAuthTag()),
  };
}

/** @throws KeyError `passphrase_wrong`, also when the file was changed: GCM cannot tell the two apart. */
export async function decryptSecret(
  sealed: EncryptedSecret,
  passphrase: string,
  header: Uint8Array,
): Promise<Uint8Array> {
  const key = await keyOf(passphrase, fromHex(sealed.salt), sealed);
  const cipher = createDecipheriv('aes-256-gcm', key, fromHex(sealed.iv));
  cipher.setAAD(header).setAuthTag(fromHex(sealed.tag));
  try {
    return Buffer.concat([cipher.update(fromHex(sealed.text)), cipher.final()]);
  } catch {
    throw new KeyError('passphrase_wrong', 'the passphrase does not open this key, or the file was changed', {
      kind: 'refused',
      field: 'passphrase',
    });
  }
}

function keyOf(passphrase: string, salt: Uint8Array, cost: Cost): Promise<Buffer> {
  // One passphrase typed on two keyboards may differ in Unicode form only.
  return derive('argon2id', {
    message: passphrase.normalize('NFKC'),
    nonce: salt,
    memory: cost.memoryKb,
    passes: cost.passes,
    parallelism: cost.lanes,
    tagLength: 32,
  });
}
