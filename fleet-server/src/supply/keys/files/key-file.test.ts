import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSigner, toHex, utf8, verifySignature } from '@plumbline/shared/trust';
import { KEY_TYPES } from './layout.ts';
import { readKeyFile, writeKeyFile, type KeyRole } from './key-file.ts';
import { makeKey } from './make-key.ts';
import { createNativeSigner } from './native-signer.ts';
import { readSecret, readSigner } from './open-key.ts';
import { writeOnce } from './write-once.ts';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-key-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a plain key file', () => {
  it.each(Object.keys(KEY_TYPES) as KeyRole[])('of %s signs what its public key verifies', async (role) => {
    const path = at(`${role}.json`);
    await writeKeyFile(path, makeKey(role, false));
    const signer = await readSigner(path);
    const file = await readKeyFile(path);
    expect(file).toMatchObject({ role, keyId: signer.keyId, protection: 'plain', development: false });
    const signature = await signer.sign(utf8('hello'));
    expect(verifySignature(file.publicKey, utf8('hello'), signature)).toBe(true);
  });

  it('is readable by its owner only, and no other file is left beside it', async () => {
    await writeKeyFile(at('own/a.json'), makeKey('director', false));
    expect((await stat(at('own/a.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(at('own'))).mode & 0o777).toBe(0o700);
    expect(await readdir(at('own'))).toEqual(['a.json']);
  });

  it('is never replaced', async () => {
    await writeKeyFile(at('once.json'), makeKey('director', false));
    const before = await readFile(at('once.json'), 'utf8');
    const again = writeKeyFile(at('once.json'), makeKey('director', false));
    await expect(again).rejects.toMatchObject({ code: 'keys_exist', field: at('once.json') });
    expect(await readFile(at('once.json'), 'utf8')).toBe(before);
  });

  it.skipIf(process.getuid?.() === 0)('that cannot be written says where, and leaves nothing', async () => {
    await writeOnce(at('locked/x'), '', 0o600);
    await chmod(at('locked'), 0o500);
    const written = writeKeyFile(at('locked/a.json'), makeKey('director', false));
    await expect(written).rejects.toMatchObject({ code: 'keys_unwritable', kind: 'unavailable' });
    await chmod(at('locked'), 0o700);
    expect(await readdir(at('locked'))).toEqual(['x']);
  });

  it('that is not there is missed by its name', async () => {
    const error = { code: 'keys_missing', field: at('none.json'), kind: 'not-found' };
    await expect(readSigner(at('none.json'))).rejects.toMatchObject(error);
    await expect(readKeyFile(at('none.json'))).rejects.toMatchObject(error);
  });
});

describe('a protected key file', () => {
  const passphrase = 'correct horse battery';
  const key = makeKey('root', false);
  beforeAll(() => writeKeyFile(at('protected.json'), key, passphrase));

  it('opens with its passphrase, in whichever Unicode form it is typed', async () => {
    expect(toHex(await readSecret(at('protected.json'), () => passphrase))).toBe(toHex(key.secret));
    await writeKeyFile(at('umlaut.json'), key, 'm\u00fcnchen 1972');
    expect((await readSigner(at('umlaut.json'), () => 'mu\u0308nchen 1972')).keyId).toBe(createSigner(key).keyId);
  });

  it('says its role, key and parameters without being opened, and never the secret', async () => {
    expect(await readKeyFile(at('protected.json'))).toMatchObject({ role: 'root', protection: 'passphrase' });
    const text = await readFile(at('protected.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ encrypted: { kdf: 'argon2id', memoryKb: 65_536, passes: 3, lanes: 4 } });
    expect(text).not.toContain(toHex(key.secret));
  });

  it.each([
    ['a wrong passphrase', () => 'correct horse buttery', 'passphrase_wrong'],
    ['no passphrase', undefined, 'passphrase_needed'],
    ['nobody who knows it', () => undefined, 'passphrase_needed'],
  ])('is not opened with %s', async (_what, given, code) => {
    const error = await readSigner(at('protected.json'), given).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, field: at('protected.json') });
    expect(String(error)).not.toContain('buttery');
  });

  it('is not opened when what stands beside the secret was changed', async () => {
    const other = createSigner(makeKey('root', false)).publicKey.public;
    const changes: [string, (file: Record<string, unknown>) => void, string][] = [
      ['role', (file) => (file['role'] = 'director'), 'passphrase_wrong'],
      ['development', (file) => (file['development'] = true), 'passphrase_wrong'],
      ['public', (file) => (file['public'] = { type: 'ed25519', public: other }), 'passphrase_wrong'],
      [
        'salt',
        (file) => (file['encrypted'] = { ...Object(file['encrypted']), salt: '0'.repeat(32) }),
        'passphrase_wrong',
      ],
      ['memory', (file) => (file['encrypted'] = { ...Object(file['encrypted']), memoryKb: 2 ** 31 }), 'keys_malformed'],
    ];
    for (const [what, change, code] of changes) {
      const file = JSON.parse(await readFile(at('protected.json'), 'utf8')) as Record<string, unknown>;
      change(file);
      await writeFile(at(`changed-${what}.json`), JSON.stringify(file));
      const opened = readSigner(at(`changed-${what}.json`), () => passphrase);
      await expect(opened).rejects.toMatchObject({ code });
    }
  });

  it('is not made with a passphrase anybody guesses', async () => {
    const made = writeKeyFile(at('weak.json'), key, '1234567');
    await expect(made).rejects.toMatchObject({ code: 'passphrase_weak' });
    expect(await readdir(folder)).not.toContain('weak.json');
  });
});

describe('a file that is no key file', () => {
  const secret = 'c0ffee'.padEnd(64, '0');
  const head = { format: 'plumbline-key', v: 1, role: 'builder', development: false };
  const p256 = createSigner(makeKey('builder', false)).publicKey;
  it.each([
    ['no JSON', `{"secret":"${secret}"`],
    ['another shape', JSON.stringify({ secret })],
    ['a secret that is too short', JSON.stringify({ ...head, public: p256, secret: 'c0ffee' })],
    ['a scalar outside the curve', JSON.stringify({ ...head, public: p256, secret: 'f'.repeat(64) })],
    ['a scalar of zero', JSON.stringify({ ...head, public: p256, secret: '0'.repeat(64) })],
    ['the secret of another key', JSON.stringify({ ...head, public: p256, secret })],
  ])('is refused with %s, naming the file and never its content', async (_what, content) => {
    const path = at('bad.json');
    await writeFile(path, content);
    const error = await readSigner(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'keys_malformed', field: path, message: `${path}: not a key file` });
    expect(error).not.toHaveProperty('cause');
  });
});

it('Ed25519 of node:crypto signs as the portable one does, byte for byte', () => {
  for (let i = 0; i < 50; i += 1) {
    const key = makeKey('director', false);
    const bytes = utf8('x'.repeat(i * 40));
    const native = createNativeSigner(key);
    expect(native.keyId).toBe(createSigner(key).keyId);
    expect(toHex(native.sign(bytes))).toBe(toHex(createSigner(key).sign(bytes)));
  }
});
