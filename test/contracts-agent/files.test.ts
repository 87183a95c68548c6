import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDirectoryFiles } from '../../agent/src/node/storage/directory-files.ts';
import { createMemoryFiles } from '../../agent/src/testing/memory-files.ts';
import { filesContract } from './files.contract.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the files of a gateway', () => {
  filesContract(async () => ({
    files: openDirectoryFiles(join(folder, 'files')),
    reopen: async () => openDirectoryFiles(join(folder, 'files')),
    end: async () => undefined,
  }));

  it.each(['', '/etc/passwd', '../outside', 'a/../../outside', 'a//b', './a', 'a/.', 'a\\b', 'a\0b', 'c:d'])(
    'refuses the path %j',
    async (path) => {
      const files = openDirectoryFiles(join(folder, 'files'));
      const refusal = { code: 'store_malformed', field: 'path' };
      await expect(files.write(path, 0, new Uint8Array([1]))).rejects.toMatchObject(refusal);
      await expect(files.read(path)).rejects.toMatchObject(refusal);
      await expect(files.remove(path)).rejects.toMatchObject(refusal);
      await expect(files.sync([path])).rejects.toMatchObject(refusal);
    },
  );

  it('does not follow a link out of its folder', async () => {
    const files = openDirectoryFiles(join(folder, 'files'));
    mkdirSync(join(folder, 'outside'));
    writeFileSync(join(folder, 'outside/secret'), 'secret');
    symlinkSync(join(folder, 'outside'), join(folder, 'files/way-out'));
    symlinkSync(join(folder, 'outside/secret'), join(folder, 'files/name'));
    await expect(files.read('way-out/secret')).rejects.toMatchObject({ code: 'store_malformed' });
    await expect(files.read('name')).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(files.write('name', 0, new Uint8Array([1]))).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(files.remove('way-out/secret')).rejects.toMatchObject({ code: 'store_malformed' });
    expect(readFileSync(join(folder, 'outside/secret'), 'utf8')).toBe('secret');
  });

  it('are for their owner alone', async () => {
    await openDirectoryFiles(join(folder, 'files')).write('a/b', 0, new Uint8Array([1]));
    expect(statSync(join(folder, 'files')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'files/a/b')).mode & 0o777).toBe(0o600);
  });
});

describe('the files in memory', () => {
  filesContract(async () => {
    const files = createMemoryFiles();
    return { files, reopen: async () => files.crash(), end: async () => undefined };
  });
});
