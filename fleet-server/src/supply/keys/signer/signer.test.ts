import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { canonicalBytes, toHex, utf8, verifySignature } from '@plumbline/shared/trust';
import { createRootCertificate } from '../ca/root-certificate.ts';
import type { Desk } from '../desk/desk.ts';
import { openDesk } from '../desk/open.ts';
import { writeKeyFile } from '../files/key-file.ts';
import { keyFileOf, repositoryFile, SIGNER_ROLES } from '../files/layout.ts';
import { makeKey } from '../files/make-key.ts';
import { writeOnce } from '../files/write-once.ts';
import { connectDesk } from './connect.ts';
import { encodeFrame, MAX_FRAME_BYTES } from './frames.ts';
import { serveDesk } from './serve.ts';
import { checkSocketPath, socketPathOf } from './socket-path.ts';
import { startSigner } from './start-signer.ts';

const NOW = Date.UTC(2026, 0);
const MAIN = fileURLToPath(new URL('signer-main.ts', import.meta.url));
let folder: string;
let socketPath: string;
let local: Desk;
const open: (() => Promise<unknown>)[] = [];
const later = <T extends { close(): Promise<unknown> }>(one: T): T => {
  open.push(() => one.close());
  return one;
};

const assignment = (seq: number) =>
  canonicalBytes({
    type: 'assignment',
    v: 1,
    site: 'north',
    device: 'gw-1',
    seq,
    issued: NOW,
    expires: NOW + 1000,
    nonce: 'nonce-1234',
    models: [],
    settings: {},
    floors: {},
    timeFloor: NOW,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-signer-'));
  socketPath = join(folder, 'run', 's.sock');
  for (const role of SIGNER_ROLES) {
    const key = makeKey(role, false);
    await writeKeyFile(join(folder, keyFileOf(role)), key);
    const files = role === 'ca' ? [[repositoryFile.ca, await createRootCertificate(key.secret, NOW)] as const] : [];
    for (const [path, text] of files) await writeOnce(join(folder, path), text, 0o644);
  }
  local = await openDesk(folder);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

describe('a desk behind a socket', () => {
  it('signs and certifies as the one in this process does', async () => {
    later(await serveDesk(await openDesk(folder), socketPath));
    const desk = later(await connectDesk(socketPath));
    expect([desk.director.keyId, desk.builder.keyId, desk.caPem]).toEqual([
      local.director.keyId,
      local.builder.keyId,
      local.caPem,
    ]);
    const signature = await desk.director.sign(assignment(1));
    expect(toHex(signature)).toBe(toHex(await local.director.sign(assignment(1))));
    expect(verifySignature(desk.director.publicKey, assignment(1), signature)).toBe(true);
    const publicKey = desk.director.publicKey;
    const device = await desk.issueDeviceCertificate({ site: 'north', device: 'gw-1', publicKey, now: NOW });
    expect(device).toMatchObject({ serial: expect.stringMatching(/^[0-9a-f]{32}$/), notAfter: NOW + 30 * 86_400_000 });
    const server = await desk.issueServerCertificate({ names: ['localhost', '::1'], publicKey, now: NOW });
    expect(Object.keys(server).toSorted()).toEqual(['notAfter', 'pem']);
  });

  it('is open to its owner alone, and to the group when that is asked for', async () => {
    const served = await serveDesk(await openDesk(folder), socketPath);
    const modes = async () => [(await stat(join(folder, 'run'))).mode & 0o777, (await stat(socketPath)).mode & 0o777];
    expect(await modes()).toEqual([0o700, 0o600]);
    await served.close();
    later(await serveDesk(await openDesk(folder), socketPath, { group: true }));
    expect(await modes()).toEqual([0o750, 0o660]);
  });

  it('refuses what a role must not sign, in the signer and not in the client', async () => {
    later(await serveDesk(await openDesk(folder), socketPath));
    const desk = later(await connectDesk(socketPath));
    for (const role of ['builder', 'timestamp', 'snapshot'] as const) {
      const signed = Promise.resolve(desk[role].sign(assignment(1)));
      await expect(signed).rejects.toMatchObject({ code: 'document_refused', kind: 'refused', field: 'document' });
    }
    const signed = Promise.resolve(desk.director.sign(utf8('anything else')));
    await expect(signed).rejects.toMatchObject({ code: 'document_refused' });
  });

  it.each([
    ['a device with a slash', { site: 'north', device: 'a/b' }],
    ['a device named after nothing', { site: 'north', device: '' }],
    ['a site that would be a wildcard', { site: '+', device: 'gw-1' }],
    ['two names in one', { site: 'north', device: 'gw-1,CN=gw-2' }],
  ])('gives no certificate to %s', async (_what, wrong) => {
    later(await serveDesk(await openDesk(folder), socketPath));
    const desk = later(await connectDesk(socketPath));
    const { publicKey } = desk.director;
    const issued = desk.issueDeviceCertificate({ ...wrong, publicKey, now: NOW });
    await expect(issued).rejects.toMatchObject({ code: 'certificate_refused' });
  });

  it.each([[[]], [['*.example']], [['a b']], [['https://x']], [['']]])(
    'gives no server certificate for %j',
    async (names) => {
      const { publicKey } = local.director;
      const issued = local.issueServerCertificate({ names, publicKey, now: NOW });
      await expect(issued).rejects.toMatchObject({ code: 'certificate_refused' });
    },
  );

  it.each([
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a frame that never ends', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
    ['a question it does not know', encodeFrame({ id: 1, ask: 'export-key', role: 'director' })],
    ['a role it does not have', encodeFrame({ id: 1, ask: 'sign', role: 'ca', keyId: '', document: '' })],
    ['more fields than there are', encodeFrame({ id: 1, ask: 'describe', secret: true })],
  ])('closes the connection on %s, and answers others', async (_what, bytes) => {
    later(await serveDesk(await openDesk(folder), socketPath));
    const socket = dial(socketPath);
    const closed = once(socket, 'close');
    socket.on('data', () => expect.unreachable('no answer is due'));
    socket.write(bytes);
    await closed;
    const desk = later(await connectDesk(socketPath));
    expect(await desk.director.sign(assignment(1))).toHaveLength(64);
  });

  it('takes thousands of requests at once, and refuses more than it can hold', async () => {
    later(await serveDesk(await openDesk(folder), socketPath));
    const desk = later(await connectDesk(socketPath));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 17_000 }, (_, seq) => desk.director.sign(assignment(seq))),
    );
    const refused = outcomes.filter((one) => one.status === 'rejected');
    expect(refused.length).toBe(17_000 - 16_384);
    expect(refused[0]).toMatchObject({ reason: { code: 'signer_busy', kind: 'unavailable' } });
    const documents = [0, 5000, 16_383];
    for (const seq of documents) {
      const one = outcomes[seq];
      const signature = one?.status === 'fulfilled' ? one.value : new Uint8Array();
      expect(verifySignature(desk.director.publicKey, assignment(seq), signature)).toBe(true);
    }
  });

  it('sends nothing that is longer than a frame', async () => {
    later(await serveDesk(await openDesk(folder), socketPath));
    const desk = later(await connectDesk(socketPath));
    const signed = Promise.resolve(desk.director.sign(new Uint8Array(MAX_FRAME_BYTES)));
    await expect(signed).rejects.toMatchObject({ code: 'request_malformed', kind: 'too-large' });
  });

  it('says when nobody answers, and when somebody does already', async () => {
    await expect(connectDesk(join(folder, 'run', 'none.sock'), 50)).rejects.toMatchObject({
      code: 'signer_unavailable',
      kind: 'unavailable',
    });
    later(await serveDesk(await openDesk(folder), socketPath));
    await expect(serveDesk(local, socketPath)).rejects.toMatchObject({ code: 'signer_running' });
  });

  it('refuses to sign by a key that was replaced since', async () => {
    const served = await serveDesk(local, socketPath);
    const desk = later(await connectDesk(socketPath));
    await served.close();
    later(await serveDesk({ ...local, director: local.timestamp }, socketPath));
    const signed = Promise.resolve(desk.director.sign(assignment(1)));
    await expect(signed).rejects.toMatchObject({ code: 'keys_disagree', field: 'keyId' });
  });
});

describe('the signer process', () => {
  it('is killed in the middle of requests and answers all of them after it came back', async () => {
    const desk = later(await startSigner(folder, socketPath));
    const before = desk.signerPid ?? 0;
    const signing = Array.from({ length: 4000 }, (_, seq) => desk.director.sign(assignment(seq)));
    await signing[300];
    process.kill(before, 'SIGKILL');
    const signatures = await Promise.all(signing);
    for (const seq of [0, 299, 300, 301, 556, 600, 3999]) {
      const one = signatures[seq] ?? new Uint8Array();
      expect(verifySignature(desk.director.publicKey, assignment(seq), one)).toBe(true);
    }
    expect(desk.signerPid).not.toBe(before);
  });

  it('ends when it is closed', async () => {
    const desk = await startSigner(folder, socketPath);
    const pid = desk.signerPid ?? 0;
    await desk.close();
    expect(() => process.kill(pid, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
    await expect(Promise.resolve(desk.director.sign(assignment(1)))).rejects.toMatchObject({
      code: 'signer_unavailable',
    });
  });

  it('dies with its parent, even when that is killed', async () => {
    const script = `import { startSigner } from ${JSON.stringify(new URL('start-signer.ts', import.meta.url).href)};
      const desk = await startSigner(${JSON.stringify(folder)}, ${JSON.stringify(socketPath)});
      console.log(desk.signerPid); setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(process.kill(pid, 0)).toBe(true);
    // The socket closes when the process that holds it has ended.
    const socket = dial(socketPath);
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    parent.kill('SIGKILL');
    await closed;
    expect(
      await stat(socketPath).then(
        () => dialled(socketPath),
        () => false,
      ),
    ).toBe(false);
  });

  it('that cannot start says why, and nothing of what the files hold', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'plumbline-broken-'));
    const started = startSigner(broken, join(broken, 's.sock'));
    await expect(started).rejects.toMatchObject({ code: 'keys_missing' });
    await writeOnce(join(broken, keyFileOf('director')), '{"secret":"c0ffee"}', 0o600);
    const again = await startSigner(broken, join(broken, 's.sock')).catch((error: unknown) => error);
    expect(again).toMatchObject({ code: expect.stringMatching(/^keys_(missing|malformed)$/) });
    expect(String(again)).not.toContain('c0ffee');
    await rm(broken, { recursive: true });
  });

  it('replaces the socket that a killed one left behind', async () => {
    const child = spawn(process.execPath, [MAIN, '--keys', folder, '--socket', socketPath], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await stat(socketPath)).isSocket()).toBe(true);
    const desk = later(await startSigner(folder, socketPath));
    expect(await desk.director.sign(assignment(1))).toHaveLength(64);
  });

  it('alone reads private keys: the client works where they cannot be read', async () => {
    const desk = later(await startSigner(folder, socketPath));
    const hidden = await readFile(join(folder, keyFileOf('director')));
    // Taken away altogether, since a test that runs as root could read past any mode.
    await rm(join(folder, keyFileOf('director')));
    try {
      const other = later(await connectDesk(socketPath));
      expect(await other.director.sign(assignment(1))).toHaveLength(64);
      expect(JSON.stringify(desk)).not.toContain((JSON.parse(hidden.toString()) as { secret: string }).secret);
    } finally {
      await writeFile(join(folder, keyFileOf('director')), hidden);
      await chmod(join(folder, keyFileOf('director')), 0o600);
    }
  });
});

describe('socket paths', () => {
  it('that the system would cut off are refused, and replaced by a short one', () => {
    const long = join('/tmp', 'x'.repeat(120));
    expect(() => checkSocketPath(join(long, 's.sock'))).toThrow(
      expect.objectContaining({ code: 'socket_path_too_long' }),
    );
    expect(() => checkSocketPath(socketPathOf(long))).not.toThrow();
    expect(socketPathOf(long)).toBe(socketPathOf(long));
    expect(socketPathOf('/srv/state')).toBe('/srv/state/signer/signer.sock');
  });
});

function dialled(path: string): Promise<boolean> {
  return new Promise((settle) => {
    dial(path)
      .once('connect', () => settle(true))
      .once('error', () => settle(false));
  });
}
