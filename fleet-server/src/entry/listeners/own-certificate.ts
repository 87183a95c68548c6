import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { messageOf } from '@plumbline/shared/errors';
import { ListenerError } from './errors.ts';

/** Files of a certificate by a public authority, so that browsers believe the console. */
export interface OwnFiles {
  certificate: string;
  key: string;
}

export interface OwnCertificate {
  cert: string;
  key: string;
  /** True for a name this certificate is shown for. */
  covers(name: string): boolean;
}

/** @throws ListenerError `tls_files_unreadable`, naming the setting */
export async function readOwnCertificate(files: OwnFiles): Promise<OwnCertificate> {
  const cert = await read(files.certificate, 'PLUMBLINE_TLS_CERT');
  const key = await read(files.key, 'PLUMBLINE_TLS_KEY');
  try {
    const leaf = new X509Certificate(cert);
    if (!leaf.checkPrivateKey(createPrivateKey(key))) throw new Error('the key is not the one of the certificate');
    const covers = (name: string) =>
      (isIP(name) === 0 ? leaf.checkHost(name, { subject: 'never' }) : leaf.checkIP(name)) !== undefined;
    return { cert, key, covers };
  } catch (cause) {
    throw unreadable(files.certificate, 'PLUMBLINE_TLS_CERT', cause);
  }
}

/**
 * The console and the devices may not come by one name: a gateway believes only our own authority, and a server has
 * nothing but the name to choose a certificate by.
 * @throws ListenerError `tls_name_taken`
 */
export function refuseSharedName({ covers }: OwnCertificate, names: readonly string[]): void {
  const shared = names.find(covers);
  if (shared === undefined) return;
  throw new ListenerError('tls_name_taken', `devices come by ${shared}, which the certificate of the console covers`, {
    field: 'PLUMBLINE_TLS_NAMES',
    expected: 'names or addresses for devices that PLUMBLINE_TLS_CERT does not cover',
  });
}

async function read(path: string, field: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, field, cause);
  });
}

function unreadable(path: string, field: string, cause: unknown): ListenerError {
  return new ListenerError('tls_files_unreadable', `${path}: ${messageOf(cause)}`, {
    field,
    expected: 'PEM of a certificate with its chain, and PEM of its key without a passphrase',
    cause,
  });
}
