import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { name, publicKey, type Signer } from '@plumbline/shared/trust';
import { createAuthority } from '../ca/authority.ts';
import { KeyError } from '../errors.ts';
import { keyFileOf, repositoryFile } from '../files/layout.ts';
import { readSecret, readSigner, type Passphrase } from '../files/open-key.ts';
import type { Desk, DeskRole } from './desk.ts';
import { permit } from './permit.ts';

const now = z.number().int().nonnegative().max(8_640_000_000_000_000);
const dnsName = z
  .string()
  .max(253)
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i);
const deviceInput = z.strictObject({ site: name, device: name, publicKey, now });
const serverInput = z.strictObject({
  names: z
    .array(z.string().refine((one) => isIP(one) !== 0 || dnsName.safeParse(one).success, 'expected a DNS name or IP'))
    .min(1)
    .max(64),
  publicKey,
  now,
});

/**
 * The desk in this process, on the key files of `signer/`: for the signer process itself, and for tests.
 * @throws KeyError `keys_missing`, `keys_malformed`, `keys_disagree`, `passphrase_needed`
 */
export async function openDesk(keysFolder: string, passphrase?: Passphrase): Promise<Desk> {
  const narrow = async (role: DeskRole): Promise<Signer> => {
    const signer = await readSigner(join(keysFolder, keyFileOf(role)), passphrase);
    return {
      ...signer,
      sign(bytes) {
        permit(role, bytes);
        return signer.sign(bytes);
      },
    };
  };
  const caPath = join(keysFolder, repositoryFile.ca);
  const caPem = await readFile(caPath, 'utf8').catch(() => {
    throw new KeyError('keys_missing', `${caPath}: not there`, { kind: 'not-found', field: caPath });
  });
  const authority = await createAuthority(await readSecret(join(keysFolder, keyFileOf('ca')), passphrase), caPem);
  return {
    director: await narrow('director'),
    builder: await narrow('builder'),
    timestamp: await narrow('timestamp'),
    snapshot: await narrow('snapshot'),
    caPem,
    issueDeviceCertificate: async (input) => authority.device(checked(deviceInput, input)),
    issueServerCertificate: async (input) => {
      const { pem, notAfter } = await authority.server(checked(serverInput, input));
      return { pem, notAfter };
    },
    close: async () => undefined,
  };
}

function checked<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new KeyError('certificate_refused', `certificate: ${issue?.path.join('.')}: ${issue?.message}`, {
    kind: 'refused',
    field: issue?.path.join('.') ?? 'certificate',
  });
}
