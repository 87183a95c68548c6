import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeclaredAnswer, PlacedProblem } from '../../../delivery/declared/index.ts';
import { listPolicies } from '../../../delivery/rollouts/index.ts';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { createHttpApp } from '../../http/index.ts';
import { serveApp } from '../../testing/serve-app.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { addApply, CHANGES_EXIT_CODE } from './apply.ts';
import { addOperators } from './operators.ts';
import { addPolicies } from './policies.ts';
import { addSchema } from './schema.ts';

const lab = createModelLab();
let small: SmallFleet;
let http: Awaited<ReturnType<typeof serveApp>>;
let printed: string[];
let folder: string;

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  http = await serveApp(createHttpApp(small.fleet));
  await writeFile(join(small.folder, 'operator.token'), `${small.fleet.operatorToken}\n`);
  const at = { url: http.url, mqttUrl: small.fleet.mqttUrl, pid: process.pid };
  await writeFile(join(small.folder, 'server.json'), JSON.stringify(at));
  folder = join(small.folder, 'fleet');
  await mkdir(join(folder, 'below'), { recursive: true });
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
  for (const add of [addApply, addOperators, addPolicies, addSchema]) add(program);
  await program.parseAsync(['--state', small.folder, ...args], { from: 'user' });
  return printed.splice(0).join('\n');
}
const write = (name: string, text: string | Uint8Array) => writeFile(join(folder, name), text);
const names = async () => (await listPolicies(small.fleet.database.db)).map(({ name }) => name);

describe('plumbline apply', () => {
  beforeEach(async () => {
    await write('one.yaml', '\uFEFFkind: Policy\r\nname: careful\r\nspec:\r\n  onFailure: revert\r\n');
    await write('below/two.json', JSON.stringify({ kind: 'Site', name: 'north', spec: { zone: 'Europe/Berlin' } }));
    await write('notes.txt', 'no document');
    await write('.hidden.yaml', 'kind: Nonsense');
  });

  it('shows what it would do, does it, and has nothing left to do', async () => {
    const trial = await run('apply', '-f', folder, '--dry-run', '--exit-code');
    expect(trial).toContain('+ Policy careful: create\n    onFailure: + "revert"');
    expect(trial).toMatch(/2 to create, 0 to change, 0 unchanged \(dry run: nothing was changed\)$/);
    expect(process.exitCode).toBe(CHANGES_EXIT_CODE);
    expect(await names()).toEqual(['standard']);

    process.exitCode = undefined;
    expect(await run('apply', '-f', folder)).toMatch(/2 to create.*; applied$/);
    expect(process.exitCode).toBeUndefined();
    const again = JSON.parse(await run('--json', 'apply', '-f', folder, '--exit-code')) as DeclaredAnswer;
    expect(again).toMatchObject({ isApplied: true, problems: [] });
    expect(again.changes.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
    expect(process.exitCode).toBeUndefined();
  });

  it('lists everything that is wrong in every file with its line, and applies nothing', async () => {
    await write(
      'one.yaml',
      'kind: Policy\nname: brave\nspec:\n  gates:\n    errors:\n      atMost: 2\n  onFailure: panic\n',
    );
    await write('tabs.yaml', 'kind: Policy\nname: b\nspec:\n\tx: 1\n');
    await write('three.yml', 'kind: Polcy\nname: c\nspec: {}\n---\nkind: Policy\nname: ok\nspec: {}\n');
    await expect(run('--json', 'apply', '-f', folder)).rejects.toMatchObject({ code: 'declared_refused' });
    const { problems } = JSON.parse(printed.join('')) as { problems: PlacedProblem[] };
    expect(problems.map(({ file, line, field }) => [file.slice(folder.length + 1), line, field])).toEqual([
      ['one.yaml', 6, 'spec.gates.errors.atMost'],
      ['one.yaml', 7, 'spec.onFailure'],
      ['tabs.yaml', 4, 'file'],
      ['three.yml', 1, 'kind'],
    ]);
    expect(await names()).not.toContain('ok');
    await write('tabs.yaml', '');
    await write('three.yml', '');
  });

  it('places what the fleet has against a document too', async () => {
    await write(
      'one.yaml',
      '# a comment\nkind: Rollout\nname: r\nspec:\n  line: delay\n  version: 9.9.9\n  policy: careless\n',
    );
    await expect(run('apply', '-f', join(folder, 'one.yaml'))).rejects.toMatchObject({ code: 'declared_refused' });
    expect(printed.join('')).toMatch(/one\.yaml:7: spec\.policy: no policy careless \[policy_unknown\]/);
  });

  it('says that there are no documents where there are none', async () => {
    await expect(run('apply', '-f', join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'files_unreadable' });
    await mkdir(join(folder, 'empty'), { recursive: true });
    await expect(run('apply', '-f', join(folder, 'empty'))).rejects.toMatchObject({ code: 'files_missing' });
  });

  it('refuses a file that is too large, and one that is no text', async () => {
    await write('large.yaml', `# ${'x'.repeat(1_000_000)}`);
    await write('utf16.yaml', Buffer.from('\uFEFFkind: Policy', 'utf16le'));
    await expect(run('apply', '-f', join(folder, 'large.yaml'))).rejects.toMatchObject({ code: 'declared_refused' });
    await expect(run('apply', '-f', join(folder, 'utf16.yaml'))).rejects.toMatchObject({ code: 'declared_refused' });
    expect(printed.join('\n')).toMatch(/large\.yaml:1: file: .*bytes[^]*utf16\.yaml:1: file: not UTF-8/);
  });
});

describe('another operator', () => {
  it('acts under a name of their own until they are removed', async () => {
    const file = join(small.folder, 'bo.token');
    await run('operators', 'add', 'bo', '--out', file);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await run('--as', file, 'operators', 'list')).toMatch(/^you are user:bo\n/);
    expect(await run('--as', (await readFile(file, 'utf8')).trim(), 'operators', 'list')).toMatch(/^you are user:bo\n/);
    await expect(run('--as', file, 'operators', 'add', 'eve')).rejects.toMatchObject({ code: 'operator_not_owner' });
    await write('bo.yaml', 'kind: Policy\nname: of-bo\nspec: {}\n');
    await run('--as', file, 'apply', '-f', join(folder, 'bo.yaml'));
    expect(await run('policies', 'list')).toMatch(/of-bo +1 +user:bo/);
    await run('operators', 'remove', 'bo');
    await expect(run('--as', file, 'operators', 'list')).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(await run('operators', 'list')).toMatch(/^you are user:operator\n/);
  });

  it('is nobody without a token', async () => {
    await expect(run('--as', join(folder, 'nothing'), 'operators', 'list')).rejects.toMatchObject({
      code: 'token_unreadable',
    });
  });
});

describe('plumbline policies', () => {
  it('shows the built-in one as a document that can be copied under another name', async () => {
    const text = await run('policies', 'show', 'standard');
    await write('copy.yaml', text.replace('name: standard', 'name: ours'));
    expect(await run('apply', '-f', join(folder, 'copy.yaml'))).toMatch(/1 to create/);
    expect(await run('policies', 'remove', 'ours')).toBe('ours is gone');
    await expect(run('policies', 'remove', 'standard')).rejects.toMatchObject({ code: 'policy_built_in' });
  });
});

describe('plumbline schema', () => {
  it('prints what the server serves', async () => {
    const served = await fetch(`${http.url}/api/v1/schemas/policy.json`, {
      headers: { authorization: `Bearer ${small.fleet.operatorToken}` },
    });
    expect(JSON.parse(await run('schema', 'policy'))).toEqual(await served.json());
    expect((await run('schema')).split('\n')).toContain('scenario');
    await expect(run('schema', 'dream')).rejects.toMatchObject({ code: 'schema_unknown', field: 'kind' });
  });
});
