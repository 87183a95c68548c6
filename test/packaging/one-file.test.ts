import { execFileSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAgent, NATIVE_PACKAGES, type Built } from '../../agent/packaging/build-agent.ts';
import { LINE, mintAssignment, mintRepository } from '../../agent/src/testing/mint.ts';
import { runAgent, startAgentBy, type AgentProcess } from '../contracts-agent/gateway/agent-process.ts';
import { mintRealRelease, realScore } from '../contracts-agent/gateway/real-release.ts';
import { startSmallFleet } from '../contracts-agent/gateway/small-fleet.ts';
import { eventually } from '../harness/eventually.ts';
import { whyNoReadOnlyRoot } from './read-only-root.ts';

const MODULES = new URL('../../agent/node_modules/', import.meta.url).pathname;
let folder: string;
let built: Built;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-one-file-'));
  built = await buildAgent(join(folder, 'dist'));
  // As npm leaves it on a gateway: the file, and beside it what is machine code.
  mkdirSync(join(folder, 'dist/node_modules'));
  for (const name of NATIVE_PACKAGES) {
    const [from, to] = [realpathSync(join(MODULES, name)), join(folder, 'dist/node_modules', name)];
    // Another user than root asks for the store, and the project may lie where root alone may look.
    if (name === 'better-sqlite3')
      cpSync(from, to, { recursive: true, filter: (path) => !/\/(deps|src)(\/|$)/.test(path.slice(from.length)) });
    else symlinkSync(from, to);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const command = () => [process.execPath, built.file];

/** Enrolled, a model installed through the trial process, and asked. @param wrap words before the command, by folder */
async function roundTrip(name: string, wrap: (state: string) => readonly string[], profile: string) {
  const state = join(folder, name);
  mkdirSync(state);
  await using fleet = await startSmallFleet();
  const by = [...wrap(state), ...command()];
  const enrolled = await runAgent(
    by,
    'enrol',
    fleet.code,
    '--state',
    state,
    '--profile',
    profile,
    '--development',
    '--json',
  );
  expect(enrolled).toMatchObject({ exitCode: 0, err: '' });
  const release = await mintRealRelease();
  fleet.server.offer(release);
  const agent = await startAgentBy(by, '--state', state, '--first-delay-ms', '20');
  const settings = { proveRecords: 1, proveTimeoutMs: 3_600_000 };
  fleet.server.assign(await mintAssignment(1, [release], { settings }), await mintRepository({ releases: [release] }));
  await eventually('the model is proving', () => isProving(agent));
  const { status, body } = await agent.post('/v1/predict', { values: { a: 1, b: 0.5 } });
  expect(status).toBe(200);
  expect(body).toMatchObject({ predictions: [{ score: expect.closeTo(realScore(1, 0.5), 5) as number }] });
  return { state, by, agent };
}

async function isProving(agent: AgentProcess): Promise<boolean> {
  const { lines } = (await agent.get('/v1/state')) as { lines: { line: string; state: string }[] };
  const state = lines.find(({ line }) => line === LINE)?.state;
  if (state === 'refused') throw new Error(JSON.stringify(lines));
  return state === 'proving' || state === 'committed';
}

describe('the agent as one file', () => {
  it('holds all JavaScript, and names the versions of what it does not hold', () => {
    const text = readFileSync(built.file, 'utf8');
    const imported = new Set(
      [...text.matchAll(/\b(?:from|import\()\s*["'`]([^"'`]+)["'`]/g)].map(([, id]) => id ?? ''),
    );
    const packages = [...imported].filter((id) => /^[a-z@][\w@/.-]*$/.test(id) && !id.startsWith('node:'));
    const foreign = packages.filter((id) => !NATIVE_PACKAGES.some((name) => id === name || id.startsWith(`${name}/`)));
    expect(foreign.filter((id) => !process.getBuiltinModule(id))).toEqual([]);
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(folder, 'dist/package.json'), 'utf8'),
    ) as Record<'dependencies' | 'optionalDependencies', Record<string, string>>;
    expect({ ...dependencies, ...optionalDependencies }).toEqual(built.natives);
    for (const version of Object.values(built.natives)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('shows its help and says that nobody was enrolled', async () => {
    const help = await runAgent(command(), '--help');
    expect(help.exitCode).toBe(0);
    for (const word of ['enrol', 'run', 'status', 'doctor', 'predict', 'Exit:']) expect(help.out).toContain(word);
    expect(await runAgent(command(), 'status', '--state', join(folder, 'nobody'))).toMatchObject({
      exitCode: 4,
      err: expect.stringContaining('[not_enrolled]') as string,
    });
  });

  it.each([
    ['linux-x64-dev', 'onnxruntime-node'],
    ['linux-x64-musl-gateway', 'onnxruntime-web'],
  ])('is enrolled, installs a model by its own trial process and answers, as %s with %s', async (profile, engine) => {
    const { state, by, agent } = await roundTrip(profile, () => [], profile);
    expect(await agent.get('/v1/health')).toMatchObject({ runtime: expect.stringContaining(engine) as string });
    const shown = await runAgent(by, 'status', '--state', state);
    expect(shown.exitCode).toBe(0);
    expect(shown.out).toContain('running on http://127.0.0.1:');
    expect(shown.out).toMatch(/^link in \d{4}-\d\d: /m);
    expect((await agent.stop('SIGTERM')).exitCode).toBe(0);
  });
});

const readOnly = (state: string) => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  // The folder stays as it is, everything else on the root file system becomes read-only; nobody outside sees it.
  `mount --bind "$0" "$0" && mount -o remount,bind,ro / && ! touch "${folder}/probe" 2>/dev/null &&
   export NODE_COMPILE_CACHE="$0/compile-cache" && exec "$@"`,
  state,
];

const why = whyNoReadOnlyRoot();

describe.skipIf(why)(`the agent on a read-only root ${why ?? ''}`, () => {
  it('needs one writable folder and no other place, also for its trial process', async () => {
    const { state, by, agent } = await roundTrip('only', readOnly, 'linux-x64-dev');
    expect(statSync(join(state, 'compile-cache')).isDirectory()).toBe(true);
    const { out, err } = await runAgent(by, 'doctor', '--state', state, '--development');
    expect(err).toBe('');
    expect(out).toContain('the root is read-only');
    expect((await agent.stop('SIGTERM')).exitCode).toBe(0);
  });

  it('gives up root for the owner of the folder, so that a look at it locks nobody out', async () => {
    const state = join(folder, 'owned');
    mkdirSync(state, { mode: 0o700 });
    const [owner, file] = [12_345, join(state, 'records.json')];
    writeFileSync(file, '{}');
    chownSync(state, owner, owner);
    execFileSync('chmod', ['-R', 'a+rX', folder]);
    await runAgent(command(), 'doctor', '--state', state);
    expect(statSync(join(state, 'agent.sqlite')).uid).toBe(owner);
  });
});
