import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256Hex, utf8 } from '@plumbline/shared/trust';
import { afterEach, describe, expect, it } from 'vitest';
import { delegationsDraft, targetsDraft } from '../../shared/src/trust/testing/mint-documents.ts';
import { mintRepository } from '../../shared/src/trust/testing/mint-repository.ts';
import { KEYS } from '../../shared/src/trust/testing/mint-signers.ts';
import { createWebFiles } from './client/web-files.ts';

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).toReversed()) await one();
});

const run = promisify(execFile);
const CLIENT = join(import.meta.dirname, 'tuf-client');
const ARTIFACT = utf8('an artifact');
const named = { length: ARTIFACT.length, hashes: { sha256: sha256Hex(ARTIFACT) } };

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'plumbline-tuf-client-'));
  undo.push(() => rm(path, { recursive: true }));
  return path;
}

/** @param answer what is sent for a path without its first slash; `undefined` is 404 */
async function serve(answer: (path: string, response: ServerResponse) => Uint8Array | undefined): Promise<string> {
  const server = createServer((request, response) => {
    const body = answer(request.url?.slice(1) ?? '', response);
    if (response.headersSent) return;
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers as a repository; names are decoded once, as any web server does. */
async function servedRepository() {
  const role = '../delegated role';
  const delegations = delegationsDraft([{ name: role, signers: [KEYS.builder], paths: ['*/*'] }]);
  const repository = await mintRepository({
    targets: targetsDraft(1, {}, { delegations }),
    delegated: { [role]: { draft: targetsDraft(1, { 'folder/a file': named }), signers: [KEYS.builder] } },
  });
  const paths: string[] = [];
  const url = await serve((path) => {
    paths.push(path);
    if (path === `targets/folder/${named.hashes.sha256}.a%20file`) return ARTIFACT;
    return repository.documents.get(decodeURIComponent(path.replace('metadata/', '').replace(/\.json$/, '')));
  });
  const home = await folder();
  await writeFile(join(home, 'first.json'), repository.root);
  const dirs = { metadata: join(home, 'metadata'), targets: join(home, 'targets') };
  const client = (...rest: string[]) => run(CLIENT, ['--metadata-dir', dirs.metadata, ...rest], { cwd: tmpdir() });
  const there = ['--metadata-url', `${url}/metadata/`];
  return {
    repository,
    paths,
    dirs,
    init: () => client('init', join(home, 'first.json')),
    refresh: () => client(...there, 'refresh'),
    download: (name: string) =>
      client(
        ...there,
        '--target-name',
        name,
        '--target-base-url',
        `${url}/targets/`,
        '--target-dir',
        dirs.targets,
        'download',
      ),
  };
}

describe('the client that tuf-conformance calls', () => {
  it('takes a first root, refreshes, and downloads once', async () => {
    const { dirs, init, refresh, download, paths } = await servedRepository();
    await init();
    expect(await readdir(dirs.metadata)).toEqual(['root.json']);
    expect(paths).toEqual([]);
    await refresh();
    expect(await readdir(dirs.metadata)).toEqual(['root.json', 'snapshot.json', 'targets.json', 'timestamp.json']);
    await download('folder/a file');
    await download('folder/a file');
    expect(new Uint8Array(await readFile(join(dirs.targets, 'folder%2Fa%20file')))).toEqual(ARTIFACT);
    expect(paths.filter((path) => path.startsWith('targets/'))).toHaveLength(1);
    expect(await readdir(dirs.metadata)).toContain('..%2Fdelegated%20role.json');
    expect(paths).toContain('metadata/1...%2Fdelegated%20role.json');
  });

  it('refuses with exit code 1 and says why', async () => {
    const { dirs, init, refresh, download, repository } = await servedRepository();
    await init();
    await refresh();
    const before = await readFile(join(dirs.metadata, 'timestamp.json'));
    await expect(download('../../etc/passwd')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no targets metadata speak of it'),
    });
    await repository.publish({ signers: { timestamp: [KEYS.stranger] } });
    await expect(refresh()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('timestamp: 0 of 1') });
    expect(await readFile(join(dirs.metadata, 'timestamp.json'))).toEqual(before);
  });

  it('says which command and which option it misses', async () => {
    await expect(run(CLIENT, [])).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('init') });
    await expect(run(CLIENT, ['refresh'])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--metadata-url is missing'),
    });
  });
});

describe('files over the web', () => {
  it('are cut at their limit, however much the server goes on sending', async () => {
    let sent = 0;
    const closing = Promise.withResolvers<void>();
    const url = await serve((_path, response) => {
      response.writeHead(200);
      response.on('close', closing.resolve);
      const more = () => {
        // Stops by itself far beyond what any buffer on the way holds.
        while (sent < 1e9 && response.write(new Uint8Array(65_536))) sent += 65_536;
        response.once('drain', more);
      };
      more();
      return undefined;
    });
    await expect(createWebFiles({ metadata: url }).fetch('metadata', 'timestamp.json', 16_384)).rejects.toThrow(
      'longer than 16384 bytes',
    );
    await closing.promise;
    expect(sent).toBeLessThan(32_000_000);
  });

  it('are given up when they drip', async () => {
    const url = await serve((_path, response) => {
      response.writeHead(200).write('{');
      return undefined;
    });
    await expect(createWebFiles({ metadata: url }, 100).fetch('metadata', 'timestamp.json', 100)).rejects.toThrow(
      expect.objectContaining({ name: 'TimeoutError' }),
    );
  });

  it('are absent with 404, and a fault with any other status', async () => {
    const url = await serve((path, response) => {
      if (path === 'broken') response.writeHead(500).end();
      return undefined;
    });
    const files = createWebFiles({ metadata: `${url}/` });
    expect(await files.fetch('metadata', '2.root.json', 10)).toBeUndefined();
    await expect(files.fetch('metadata', 'broken', 10)).rejects.toThrow('broken: status 500');
    await expect(files.fetch('artifact', 'x', 10)).rejects.toThrow('no address for artifacts');
  });
});
