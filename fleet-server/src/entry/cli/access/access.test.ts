import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { audit, eq } from '../../../platform/db/index.ts';
import { createHttpApp } from '../../http/index.ts';
import { PASSWORD } from '../../testing/people.ts';
import { serveApp } from '../../testing/serve-app.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { addAuditTrail } from './audit-trail.ts';
import { addSetup } from './setup.ts';
import { addTokens } from './tokens.ts';
import { addUsers } from './users.ts';

const lab = createModelLab();
let small: SmallFleet;
let http: Awaited<ReturnType<typeof serveApp>>;
let printed: string[];

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  http = await serveApp(createHttpApp(small.fleet));
  await writeFile(join(small.folder, 'operator.token'), `${small.fleet.operatorToken}\n`);
  const at = { url: http.url, mqttUrl: small.fleet.mqttUrl, pid: process.pid };
  await writeFile(join(small.folder, 'server.json'), JSON.stringify(at));
});
afterAll(async () => {
  await http.close();
  await small[Symbol.asyncDispose]();
  await lab.close();
});
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => printed.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** Runs `plumbline …` as main does. */
async function run(...args: string[]): Promise<string> {
  const program = new Command('plumbline').exitOverride().configureOutput({ writeErr: () => undefined });
  program.option('--state <dir>').option('--as <token>').option('--json', '', false);
  for (const add of [addSetup, addTokens, addUsers]) add(program);
  addAuditTrail(program.command('audit'));
  await program.parseAsync(['--state', small.folder, ...args], { from: 'user' });
  return printed.splice(0).join('\n');
}

async function redeem(said: string, name: string): Promise<void> {
  const code = /plc_[\w-]{43}/.exec(said)?.[0];
  const body = JSON.stringify({ code, name, password: PASSWORD });
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${http.url}/api/v1/setup`, { method: 'POST', headers, body });
  expect(status).toBe(200);
}

describe('plumbline users', () => {
  it('from the first one to the last', async () => {
    const setup = await run('setup');
    expect(setup).toMatch(/^http:.*\/setup#code=plc_[\w-]{43}$/m);
    await redeem(setup, 'ana');
    await expect(run('setup')).rejects.toMatchObject({ code: 'setup_done' });
    await redeem(await run('users', 'add', 'bo', 'viewer', 'operator@north,south'), 'bo');
    expect(await run('users', 'list')).toMatch(/^bo +viewer operator@north,south +yes /m);
    expect(await run('users', 'role', 'bo', 'approver')).toBe('bo is approver');
    expect(await run('users', 'reset', 'bo')).toMatch(/^plc_[\w-]{43}$/m);
    expect(await run('users', 'list')).toMatch(/^bo +approver +not yet /m);
    expect(await run('users', 'remove', 'bo')).toBe('bo is out');
    expect(await run('users', 'sign-out', 'ana')).toBe('0 sessions of ana are over');
    await expect(run('users', 'remove', 'ana')).rejects.toMatchObject({ code: 'last_admin' });
    await expect(run('users', 'role', 'ana', 'admin@north')).rejects.toMatchObject({ code: 'last_admin' });
  });

  it.each([
    [['add', 'cy', 'chief'], 'assignments_malformed'],
    [['add', 'cy', 'viewer@'], 'assignments_malformed'],
    [['add', 'Cy B.', 'viewer'], 'user_name_malformed'],
    [['role', 'nobody', 'viewer'], 'user_unknown'],
  ])('refuses %j', async (words, code) => {
    await expect(run('users', ...words)).rejects.toMatchObject({ code });
  });
});

const type = (text: string) => vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([text]) as never);

describe('plumbline tokens', () => {
  it('are made by the password of a user, act as them, and are revoked', async () => {
    const file = join(small.folder, 'ci.token');
    type(`${PASSWORD}\n`);
    const scopes = 'devices:read,access:admin';
    const made = await run('tokens', 'create', 'ci', '--user', 'ana', '--scopes', scopes, '--days', '3', '--out', file);
    const id = /t-[0-9a-f]{8}/.exec(made)?.[0] ?? '';
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toMatch(/^plo_[\w-]{43}\n$/);
    expect(await run('--as', file, 'tokens', 'list')).toMatch(
      new RegExp(`^${id} +ana +ci +access:admin,devices:read`, 'm'),
    );
    expect(await run('--as', file, 'users', 'list')).toMatch(/^ana +admin/m);
    expect(await run('tokens', 'revoke', id)).toBe(`${id} is revoked`);
    await expect(run('--as', file, 'users', 'list')).rejects.toMatchObject({ code: 'not_signed_in' });
    type('not the password\n');
    const wrong = run('tokens', 'create', 'ci', '--user', 'ana', '--scopes', scopes);
    await expect(wrong).rejects.toMatchObject({ code: 'sign_in_refused' });
    const ownerless = run('tokens', 'create', 'ci', '--scopes', scopes);
    await expect(ownerless).rejects.toMatchObject({ code: 'api_token_without_user' });
  });
});

describe('plumbline audit', () => {
  it('leaves with a signed head, and shows a tail that was cut off and a row that was edited', async () => {
    const [file, head] = [join(small.folder, 'audit.ndjson'), join(small.folder, 'head.json')];
    expect(await run('audit', 'export', file, '--head', head)).toMatch(/; the head is row \d+, [0-9a-f]{64}$/);
    expect(await run('audit', 'verify', '--head', head)).toMatch(/^the chain holds, against row \d+$/);
    expect(await run('audit', 'verify', '--head', head, '--file', file)).toMatch(/^the chain holds, against row/);
    expect(await run('audit', 'verify')).toMatch(/a cut end does not show/);
    const rows = (await readFile(file, 'utf8')).trim().split('\n');
    await writeFile(file, rows.slice(0, -1).join('\n'));
    expect(await run('audit', 'verify', '--file', file)).toMatch(/^the chain holds/);
    expect(process.exitCode).toBeUndefined();
    expect(await run('audit', 'verify', '--head', head, '--file', file)).toMatch(/the end was cut off/);
    expect(process.exitCode).toBe(4);
    const last = small.fleet.database;
    await last.transaction(
      async (tx) => void (await tx.update(audit).set({ actor: 'user:eve' }).where(eq(audit.id, 2))),
    );
    expect(await run('audit', 'verify', '--head', head)).toMatch(/^row 2: its content does not give its hash/);
  });
});
