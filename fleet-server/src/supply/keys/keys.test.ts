import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyPath, makeDevelopmentKeys, readRootBytes, readServerKeys, readSigner } from './index.ts';

const NOW = Date.UTC(2026, 0);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-keys-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function allFiles(): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')])));
}

describe('development keys', () => {
  beforeEach(() => makeDevelopmentKeys(folder, NOW));

  it('leave the server without the keys of root and approver', async () => {
    expect((await readdir(join(folder, 'server'))).toSorted()).toEqual(['builder.json', 'director.json']);
    const keys = await readServerKeys(folder);
    expect(keys.root).toMatchObject({ development: true, version: 1 });
    const held = [keys.builder.keyId, keys.director.keyId];
    expect([...keys.root.roles.builder.keyids, ...keys.root.roles.director.keyids]).toEqual(held);
    for (const role of ['root', 'approver'] as const) {
      const { keyId } = await readSigner(keyPath(folder, role));
      expect(keys.root.roles[role].keyids).toEqual([keyId]);
      expect(held).not.toContain(keyId);
    }
  });

  it('can be read by their owner only', async () => {
    for (const role of ['root', 'director', 'builder', 'approver'] as const) {
      expect((await stat(keyPath(folder, role))).mode & 0o777).toBe(0o600);
    }
  });

  it('stay as they are when they are made again', async () => {
    const before = await allFiles();
    await makeDevelopmentKeys(folder, NOW + 1000);
    expect(await allFiles()).toEqual(before);
    expect(Object.keys(before)).toHaveLength(5);
  });

  it('are not believed under a root that was changed', async () => {
    const text = new TextDecoder().decode(await readRootBytes(folder));
    await writeFile(join(folder, 'root.json'), text.replace('"version":1', '"version":2'));
    await expect(readServerKeys(folder)).rejects.toMatchObject({ code: 'signature_invalid', field: 'root' });
  });

  const secret = 'c0ffee'.padEnd(64, '0');
  it.each([
    ['no JSON', `{"secret":"${secret}"`],
    ['another shape', JSON.stringify({ secret })],
    ['a secret that is too short', JSON.stringify({ role: 'x', type: 'ed25519', secret: 'c0ffee', development: true })],
    [
      'a scalar outside the curve',
      JSON.stringify({ role: 'x', type: 'p256', secret: 'f'.repeat(64), development: true }),
    ],
    ['a scalar of zero', JSON.stringify({ role: 'x', type: 'p256', secret: '0'.repeat(64), development: true })],
  ])('are refused with %s, naming the file and never its content', async (_what, content) => {
    const path = keyPath(folder, 'builder');
    await writeFile(path, content);
    const error = await readServerKeys(folder).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'keys_malformed', field: path });
    expect(error).toHaveProperty('message', `${path}: not a key file`);
    expect(error).not.toHaveProperty('cause');
  });
});

it('keys that were never made are missed by the name of their file', async () => {
  await expect(readRootBytes(folder)).rejects.toMatchObject({ code: 'keys_missing', field: join(folder, 'root.json') });
  const path = keyPath(folder, 'director');
  await expect(readSigner(path)).rejects.toMatchObject({ code: 'keys_missing', field: path, kind: 'not-found' });
});
