import { createPrivateKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { NodeAgentError } from '../errors.ts';

/**
 * The Ed25519 key of this device: PKCS #8 in a file only its owner reads, made on first use.
 * The name appears in one step (link of a synced file), so that a power cut or two processes leave one whole key.
 * @throws NodeAgentError `state_unwritable`, `device_key_malformed`
 */
export function loadDeviceKey(path: string): KeyObject {
  return read(path) ?? make(path);
}

function read(path: string): KeyObject | undefined {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw unwritable(path, cause);
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Falls through: which part of the file is wrong is not for the log.
  }
  throw new NodeAgentError('device_key_malformed', `${path}: not an Ed25519 key; enrol this device anew`, {
    kind: 'internal',
    field: 'device.key',
    expected: 'PKCS #8 PEM of an Ed25519 key',
  });
}

function make(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = openSync(draft, 'wx', 0o600);
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    fsyncSync(file);
    closeSync(file);
    const isFirst = linkIfAbsent(draft, path);
    syncFolder(dirname(path));
    return isFirst ? privateKey : loadDeviceKey(path);
  } catch (cause) {
    throw cause instanceof NodeAgentError ? cause : unwritable(path, cause);
  } finally {
    rmSync(draft, { force: true });
  }
}

function linkIfAbsent(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw cause;
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function unwritable(path: string, cause: unknown): NodeAgentError {
  return new NodeAgentError('state_unwritable', `${path}: ${codeOf(cause) ?? 'cannot be used'}`, {
    kind: 'unavailable',
    field: 'state',
    expected: 'a folder this user may write',
    cause,
  });
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
}
