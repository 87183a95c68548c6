import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Succession } from '../../fleet-server/src/sites/devices/index.ts';
import type { SiteDevice, SiteRecord } from '../../fleet-server/src/sites/register/index.ts';
import { createFleet, eventually, runProgram, tinyModel, type TestFleet } from '../harness/index.ts';
import { enrol } from '../harness/device.ts';
import { CLI } from '../harness/program.ts';

type SiteView = SiteRecord & { devices: SiteDevice[] };

/** `plumbline-agent run` on a folder, asked over its local API. */
interface Gateway {
  folder: string;
  url: string;
  ended: Promise<number | null>;
  ask(path: string, body?: unknown): Promise<Response>;
  stop(): Promise<void>;
}

const children = new Set<ChildProcess>();

async function run(folder: string): Promise<Gateway> {
  const args = ['--state', folder, '--json', 'run', '--port', '0', '--first-delay-ms', '50', '--development'];
  const child = spawn(process.execPath, [CLI['plumbline-agent'], ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const ended = once(child, 'exit').then(([code]) => {
    children.delete(child);
    return code as number | null;
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { listening: url } = JSON.parse(line) as { listening: string };
  return {
    folder,
    url,
    ended,
    ask: (path, body) =>
      fetch(`${url}${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const predict = async (gateway: Gateway, activity: string) => {
  const answer = await gateway.ask('/v1/predict', {
    records: [{ activity, values: { a: 1, b: 0 }, asOf: Date.now() }],
  });
  return answer.status;
};

describe('the life of a gateway, as a process', () => {
  let fleet: TestFleet;
  beforeAll(async () => {
    fleet = await createFleet({ environment: { PLUMBLINE_LOG_LEVEL: 'warn' } });
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await fleet[Symbol.asyncDispose]();
  });

  const site = (id: string) => fleet.client.get<SiteView>(`/api/v1/sites/${id}`);

  it('that is replaced: the new one runs what the old one ran, and the old one is shut out', async () => {
    await fleet.publish(tinyModel('delay', 0));
    await enrol(join(fleet.folder, 'old'), await fleet.code('gw-old', ['crane']));
    await fleet.assign('gw-old', 'delay', '1.0.0');
    const { token } = await fleet.client.post<Succession>('/api/v1/devices/gw-old/replace', { device: 'gw-new' });
    await enrol(join(fleet.folder, 'new'), token.code);
    await eventually('the old one is revoked', async () => (await fleet.view('gw-old')).standing === 'revoked');
    expect(await fleet.view('gw-old')).toMatchObject({ standingReason: expect.stringContaining('replaced by gw-new') });
    const gateway = await run(join(fleet.folder, 'new'));
    await eventually('the new one runs the model', async () => (await predict(gateway, 'A-0')) === 200);
    expect(await fleet.view('gw-new')).toMatchObject({ site: 'north', tags: ['crane'], assignedSeq: 1 });
    await gateway.stop();
  }, 120_000);

  it('whose site is closed: every entry is at the server, nothing is left of it, and it does not start again', async () => {
    await fleet.client.put('/api/v1/sites/south', { zone: 'Europe/Oslo', region: 'fjord' });
    const { code } = await fleet.client.post<{ code: string }>('/api/v1/tokens', { site: 'south', device: 'gw-s' });
    const folder = join(fleet.folder, 'south');
    await enrol(folder, code);
    const gateway = await run(folder);
    await fleet.assign('gw-s', 'delay', '1.0.0');
    await eventually('it predicts', async () => (await predict(gateway, 'A-0')) === 200);
    await fleet.cut();
    for (const activity of ['A-1', 'A-2', 'A-3']) {
      expect(await predict(gateway, activity)).toBe(200);
      const outcome = { activity, label: 1, actor: 'ada' };
      expect((await gateway.ask('/v1/outcomes', outcome)).ok).toBe(true);
    }
    await fleet.client.post('/api/v1/sites/south/close', {});
    expect(await site('south')).toMatchObject({ state: 'closing', zone: 'Europe/Oslo' });
    await fleet.restore();
    expect(await gateway.ended).toBe(5);
    await eventually('the site is archived', async () => (await site('south')).state === 'archived');
    const { devices } = await site('south');
    expect(devices).toMatchObject([{ device: 'gw-s', end: 'wiped', unsent: [] }]);
    const { entries } = await fleet.client.get<{ entries: { activity: string; field: string }[] }>(
      '/api/v1/sites/south/log',
    );
    expect(entries.filter(({ field }) => field === 'outcome').map(({ activity }) => activity)).toEqual([
      'A-1',
      'A-2',
      'A-3',
    ]);
    // What the system keeps of compiled code is nobody's data.
    expect((await readdir(folder)).filter((name) => name !== 'compile-cache')).toEqual([]);
    const again = await runProgram('plumbline-agent', [
      '--state',
      folder,
      '--json',
      'run',
      '--port',
      '0',
      '--development',
    ]);
    expect([again.exitCode, again.err]).toEqual([4, expect.stringContaining('not_enrolled')]);
    await expect(fleet.client.post('/api/v1/tokens', { site: 'south', device: 'gw-t' })).rejects.toMatchObject({
      code: 'site_archived',
    });
  }, 120_000);
});
