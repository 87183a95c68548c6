import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeysStatus } from '../../../supply/keys/index.ts';
import { addKeys } from './keys.ts';

let state: string;
let printed: string[];

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'plumbline-cli-keys-'));
  await writeFile(join(state, 'passphrase'), 'correct horse battery\n');
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => printed.push(text));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(state, { recursive: true });
});

/** Runs `plumbline keys …` as main does, and gives what it printed. */
async function run(...args: string[]): Promise<string> {
  const program = new Command('plumbline').exitOverride().configureOutput({ writeErr: () => undefined });
  program.option('--state <dir>').option('--json', '', false);
  addKeys(program);
  await program.parseAsync(['--state', state, ...args], { from: 'user' });
  return printed.splice(0).join('\n');
}

const keys = () => join(state, 'keys');
const secret = () => ['--passphrase-file', join(state, 'passphrase')];
const small = [
  '--roots',
  '2',
  '--root-threshold',
  '1',
  '--targets',
  '1',
  '--targets-threshold',
  '1',
  '--line',
  'delay',
];

describe('plumbline keys', () => {
  it('makes a set, changes it, and says after each step what goes where', async () => {
    const made = await run('keys', 'init', '--out', keys(), ...small, ...secret());
    expect(made).toContain('bring to the keys folder of the server');
    expect(made).toMatch(/signer\/director\.json[\s\S]*keep away from the server[\s\S]*offline\/root-1\.json/);
    expect(await run('keys', 'add-line', 'wear', ...secret())).toContain('repository/metadata/2.targets.json');
    expect(await run('keys', 'floor', 'wear', '4', ...secret())).toContain('repository/targets/fleet.2.json');
    expect(await run('keys', 'rotate', 'timestamp', ...secret())).toMatch(/signer\/timestamp\.json[\s\S]*retired\//);
    const key = await run('keys', 'approver', 'make', '--out', join(state, 'mine.json'), ...secret());
    await writeFile(join(state, 'mine.pub'), key);
    const registered = ['approver', 'add', '--public', join(state, 'mine.pub'), '--line', 'wear'];
    expect(await run('keys', ...registered, ...secret())).toContain('4.targets.json');
    const shown = await run('keys', 'status');
    expect(shown).toContain('! offline or approver keys lie beside the keys of the signer');
    expect(shown).toMatch(/floors: wear 4/);
  });

  it('tells programs where each private key lives', async () => {
    await run('keys', 'init', '--out', keys(), ...small, ...secret());
    await mkdir(join(state, 'stick'));
    await rename(join(keys(), 'offline', 'root-2.json'), join(state, 'stick', 'root-2.json'));
    await rm(join(keys(), 'approver'), { recursive: true });
    const status = JSON.parse(await run('--json', 'keys', 'status', '--offline', join(state, 'stick'))) as KeysStatus;
    const found = status.keys.map((key) => [key.role, key.privateKey.where, key.protection]);
    expect(found).toContainEqual(['root', 'file', 'passphrase']);
    expect(found).toContainEqual(['approver', 'not here', 'unknown']);
    expect(found).toContainEqual(['director', 'file', 'plain']);
    expect(status.keys.map((key) => ('path' in key.privateKey ? key.privateKey.path : ''))).toContain(
      join(state, 'stick', 'root-2.json'),
    );
    expect(status.documents[0]).toMatchObject({ document: 'root', version: 1, daysLeft: 364 });
  });

  it('ends with a code when the passphrase is wrong, and with usage when the words are', async () => {
    await run('keys', 'init', '--out', keys(), ...small, ...secret());
    await writeFile(join(state, 'wrong'), 'incorrect horse');
    const added = run('keys', 'add-line', 'wear', '--passphrase-file', join(state, 'wrong'));
    await expect(added).rejects.toMatchObject({ code: 'passphrase_wrong' });
    await expect(run('keys', 'rotate', 'nobody')).rejects.toMatchObject({ code: 'commander.invalidArgument' });
    await expect(run('keys', 'floor', 'delay', 'high')).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });
});
