import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINE, mintAssignment, mintRepository, mintRoot } from '../../../agent/src/testing/mint.ts';
import { plumblineAgent, startAgent, type AgentProcess } from './agent-process.ts';
import { mintRealRelease, realScore } from './real-release.ts';
import { startSmallFleet, type SmallFleet } from './small-fleet.ts';

const NOON = '2026-03-01T12:00:00Z';

/** Asks at every turn of 20 ms until the answer is there: a real process tells nobody when it is done. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function stateOfLine(agent: AgentProcess, line: string): Promise<string | undefined> {
  const state = (await agent.get('/v1/state')) as { lines: { line: string; state: string }[] };
  return state.lines.find((one) => one.line === line)?.state;
}

describe('a gateway as it is installed, one command after the other', () => {
  let folder: string;
  let state: string;
  let fleet: SmallFleet;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plumbline-gateway-'));
    state = join(folder, 'state');
    fleet = await startSmallFleet();
  });
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('is nobody before it is enrolled', async () => {
    const { exitCode, err } = await plumblineAgent('status', '--state', state, '--json');
    expect(exitCode).toBe(4);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'not_enrolled', field: 'state' } });
    expect(await plumblineAgent('run', '--state', state, '--port', '0')).toMatchObject({ exitCode: 4, out: '' });
  });

  it('refuses a code that is none', async () => {
    const { exitCode, err } = await plumblineAgent('enrol', 'plumbline1.nonsense', '--state', state);
    expect(exitCode).toBe(4);
    expect(err).toContain('[token_invalid]');
  });

  it('is enrolled once', async () => {
    const args = ['enrol', fleet.code, '--state', state, '--profile', 'linux-x64-dev', '--development', '--json'];
    const first = await plumblineAgent(...args);
    expect(first.err).toBe('');
    expect(JSON.parse(first.out)).toMatchObject({ site: 'site-1', device: 'gateway-1', profile: 'linux-x64-dev' });
    const second = await plumblineAgent(...args);
    expect(second.exitCode).toBe(4);
    expect(JSON.parse(second.err)).toMatchObject({ error: { code: 'already_enrolled' } });
  });

  it('shows who it is while it does not run', async () => {
    const { exitCode, out } = await plumblineAgent('status', '--state', state);
    expect(exitCode).toBe(0);
    expect(out).toContain('site-1/gateway-1: not running');
  });

  it('fetches, tries, activates and answers, and survives SIGKILL without losing what it promised', async () => {
    const release = await mintRealRelease();
    fleet.server.offer(release);
    const replay = ['--state', state, '--clock', 'driven', '--now', NOON, '--first-delay-ms', '50'];
    let agent = await startAgent(...replay);
    expect(await agent.post('/v1/predict', { values: { a: 1, b: 0 } })).toMatchObject({
      status: 503,
      body: { code: 'no_model', title: 'unavailable' },
    });
    const settings = { proveRecords: 1, proveTimeoutMs: 3_600_000 };
    const development = await mintRoot({ version: 2, signed: { 'x-plumbline-development': true } });
    const roots = [await mintRoot(), development];
    const repository = await mintRepository({ releases: [release], roots });
    fleet.server.assign(await mintAssignment(1, [release], { settings }), repository);
    await until(async () => ((await stateOfLine(agent, LINE)) === 'proving' ? true : undefined));

    const { status, body } = await agent.post('/v1/predict?reasons=2', {
      records: [
        { activity: 'a-1', values: { a: 1, b: 0.5 } },
        { values: { a: -1, b: 0.25 }, asOf: 7 },
      ],
    });
    expect(status).toBe(200);
    const { predictions } = body as { predictions: { score: number; asOf: number; sha256: string; label: string }[] };
    expect(predictions.map(({ score }) => score)).toEqual([
      expect.closeTo(realScore(1, 0.5), 5),
      expect.closeTo(realScore(-1, 0.25), 5),
    ]);
    expect(predictions.map(({ asOf }) => asOf)).toEqual([Date.parse(NOON), 7]);
    expect(predictions[0]?.sha256).toBe(release.assigned.sha256);

    const outcome = { activity: 'a-1', label: 1, actor: 'foreman', ref: 'r-1' };
    expect(await agent.post('/v1/outcomes', outcome)).toMatchObject({ status: 200 });
    await agent.stop('SIGKILL');
    expect((await plumblineAgent('status', '--state', state)).out).toContain('not running');

    agent = await startAgent(...replay);
    expect(await agent.post('/v1/clock', { now: '2026-03-02T12:00:00Z' })).toMatchObject({ status: 200 });
    expect(await agent.post('/v1/clock', { now: NOON })).toMatchObject({
      status: 409,
      body: { code: 'clock_backwards', field: 'now' },
    });
    expect(await agent.post('/v1/flush', {})).toMatchObject({ status: 200, body: { empty: true } });
    expect(fleet.server.rows('entries')).toHaveLength(1);
    expect(fleet.server.rows('entries')[0]?.[1]).toMatchObject({ kind: 'entry', ref: 'r-1' });

    const file = join(folder, 'records.json');
    writeFileSync(file, JSON.stringify([{ activity: 'a-2', values: { a: 1, b: 0 } }]));
    const asked = await plumblineAgent('predict', file, '--state', state);
    expect(asked).toMatchObject({ exitCode: 0, out: expect.stringMatching(/a-2 +0\.8808 +late +delay 1\.0\.0/) });
    const shown = await plumblineAgent('status', '--state', state);
    expect(shown.out).toContain('running on http://127.0.0.1:');
    expect(shown.out).toContain('DEVELOPMENT KEYS');
    expect(shown.out).toMatch(/snapshot +1 +2096-01-01T00:00:00Z/);

    const last = await agent.stop('SIGTERM');
    expect(last.exitCode).toBe(0);
    expect(last.err).not.toContain('"level":50');
  });

  it('tells a second agent on the same folder that it is taken', async () => {
    const agent = await startAgent('--state', state);
    const second = await plumblineAgent('run', '--state', state, '--port', '0', '--json');
    expect(second.exitCode).toBe(3);
    expect(JSON.parse(second.err)).toMatchObject({ error: { code: 'store_unavailable' } });
    await agent.stop('SIGTERM');
  });

  it('names the port that is busy', async () => {
    const holder = await startAgent('--state', state);
    const other = join(folder, 'other');
    await plumblineAgent('enrol', fleet.code, '--state', other, '--profile', 'linux-x64-dev', '--development');
    const { port } = new URL(holder.url);
    const { exitCode, err } = await plumblineAgent('run', '--state', other, '--port', port);
    expect(exitCode).toBe(3);
    expect(err).toContain(`127.0.0.1:${port} is in use`);
    await holder.stop('SIGTERM');
  });
});

describe('a command line that cannot be', () => {
  it.each([
    [['run'], 2, 'state'],
    [['run', '--state', '/dev/null/x'], 3, 'state_unwritable'],
    [['run', '--state', 'x', '--port', 'seven', '--clock', 'driven'], 2, 'port'],
    [['run', '--state', 'x', '--inject', 'skip-fsync'], 2, 'inject'],
    [['run', '--state', 'x', '--inject', 'nonsense'], 2, 'inject'],
    [['predict', '/nowhere.json', '--state', tmpdir()], 4, 'file_unreadable'],
    [['enrol'], 2, 'code'],
    [['frobnicate'], 2, 'frobnicate'],
  ])('%j exits with %i and says %s', async (args, exitCode, word) => {
    const finished = await plumblineAgent(...args);
    expect(finished.exitCode).toBe(exitCode);
    expect(finished.err).toContain(word);
  });
});
