import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { keyFileOf, repositoryFile } from '../../../supply/keys/index.ts';
import { getModel, submitForApproval } from '../../../supply/models/index.ts';
import { createHttpApp } from '../../http/index.ts';
import { serveApp } from '../../testing/serve-app.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { addApprove } from './approve.ts';
import { addApprover } from './approver.ts';

const lab = createModelLab();
let small: SmallFleet;
let http: Awaited<ReturnType<typeof serveApp>>;
let printed: string[];

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt: Date.now() });
  http = await serveApp(createHttpApp(small.fleet));
  await writeFile(join(small.folder, 'operator.token'), `${small.fleet.operatorToken}\n`);
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
afterEach(() => vi.restoreAllMocks());

/** Runs `plumbline …` as main does, as on another host: nothing of the server's folder is used. */
async function run(...args: string[]): Promise<string> {
  const program = new Command('plumbline').exitOverride().configureOutput({ writeErr: () => undefined });
  program.option('--state <dir>').option('--json', '', false);
  addApprove(program);
  addApprover(program);
  const away = ['--server', http.url, '--token', join(small.folder, 'operator.token')];
  const own = ['--key', join(small.keysFolder, keyFileOf('approver')), '--trust', join(small.folder, 'approver')];
  await program.parseAsync(['--state', join(small.folder, 'nowhere'), ...args, ...away, ...own], { from: 'user' });
  return printed.splice(0).join('\n');
}
const root = () => ['--root', join(small.keysFolder, repositoryFile.root(1))];
const stateOf = async (line: string) => (await getModel(small.fleet.database.db, line, '1.0.0')).state;

describe('plumbline approve', () => {
  it('shows what it would sign, and signs it when a person says so', async () => {
    await submitForApproval(small.fleet, 'user:ana', await small.model('delay'));
    await expect(run('approve', 'delay@9.9.9', ...root())).rejects.toMatchObject({
      code: 'not_pending',
      expected: 'delay@1.0.0',
    });
    await expect(run('approve', 'delay@1.0.0')).rejects.toMatchObject({ code: 'config_invalid', field: '--yes' });
    expect(printed.join('\n')).toMatch(/delay@1\.0\.0: imported, after nothing.*models\/delay\/1\/plain\.plb/s);
    expect(await stateOf('delay')).toBe('awaiting-approval');
    expect(await run('approve', 'delay@1.0.0', '--yes')).toMatch(/signed delay@1\.0\.0$/);
    expect(await stateOf('delay')).toBe('published');
  });

  it('does the same unattended by a policy', async () => {
    await submitForApproval(small.fleet, 'user:ana', await small.model('iris'));
    const policy = join(small.folder, 'policy.yaml');
    await writeFile(policy, 'v: 1\nlines: [iris]\nbumps: [first]\norigins: [imported]\nperHour: 5\n');
    const said = await run('approver', '--once', '--policy', policy, ...root());
    expect(said).toMatch(/^signed iris@1\.0\.0: 1 bundles, 24 golden rows/);
    expect(await run('approver', '--once', '--policy', policy)).toBe('nothing awaits approval');
  });
});
