import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '@plumbline/shared/errors';
import { NodeAgentError } from '../errors.ts';

/**
 * Certificate and key of the local API on the site network, read and held against each other before anything listens.
 * @throws NodeAgentError `config_invalid` naming `tlsCert` or `tlsKey`
 */
export function readCertificate(files: { tlsCertFile: string; tlsKeyFile: string }): { cert: string; key: string } {
  const [certificate, cert] = attempt('tlsCert', files.tlsCertFile, 'a certificate as PEM', (pem) => {
    return new X509Certificate(pem);
  });
  const [privateKey, key] = attempt('tlsKey', files.tlsKeyFile, 'a private key as PEM', (pem) => {
    return createPrivateKey(pem);
  });
  if (certificate.checkPrivateKey(privateKey)) return { cert, key };
  throw new NodeAgentError('config_invalid', `tlsKey: ${files.tlsKeyFile}: not the key of ${files.tlsCertFile}`, {
    field: 'tlsKey',
    expected: 'the private key of the certificate',
  });
}

function attempt<T>(field: string, path: string, expected: string, parse: (pem: string) => T): [T, string] {
  try {
    const pem = readFileSync(path, 'utf8');
    return [parse(pem), pem];
  } catch (cause) {
    throw new NodeAgentError('config_invalid', `${field}: ${path}: ${messageOf(cause)}`, { field, expected, cause });
  }
}
