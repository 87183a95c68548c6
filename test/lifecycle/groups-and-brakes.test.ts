import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createProcessTrial, type ProcessTrial } from '@plumbline/agent/node';
import type { ModelTrial } from '@plumbline/shared/predict';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Member, Rollout } from '../../fleet-server/src/delivery/rollouts/index.ts';
import { createFleet, eventually, tinyModel, type Device, type TestFleet } from '../harness/index.ts';
import { runCommand } from '../harness/run-command.ts';
import { enrol, startDevice } from '../harness/device.ts';
import { CLI } from '../harness/program.ts';

const RECORD = { values: { a: 1.5, b: 0.25 }, asOf: 0 };
/** Every command is a process of its own, and every release is tried in others: a busy machine takes its time. */
const PATIENCE = { withinMs: 120_000, turnMs: 100 };
const TIMEOUT_MS = 180_000;

const FILES = {
  'sites.yaml': 'kind: Site\nname: north\nspec: { zone: Europe/Berlin, region: upper }\n',
  'groups.yaml': `kind: Group
name: everybody
spec: { selector: region = "upper" and kind = gateway }
---
kind: Group
name: volunteers
spec: { devices: [gateway-2, gateway-3] }
`,
  'policies.yaml': `kind: Policy
name: strict
spec:
  gates: { minimum: 1, failures: { atMost: 0 } }
  onFailure: pause
  settings: { proveRecords: 1, proveTimeoutMs: 60000 }
`,
  'rollouts/first.yaml': `kind: Rollout
name: first
spec:
  line: delay
  version: 1.0.0
  policy: strict
  stages: [{ name: everybody, group: everybody, size: { percent: 100 } }]
  start: true
`,
};

interface Told {
  type: string;
  data: { rollout: string; from: string; to: string; reason: string };
}
interface Heard {
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** Version that answers on a gateway. */
const runs = (one: Device) => one.line('delay')?.running?.version;
const isBack = (one: Device) => runs(one) === '1.0.1' && one.line('delay')?.state !== 'activating';
const movesOf = (told: Iterable<Told>) =>
  [...told].map(({ data: { rollout, from, to } }) => `${rollout} ${from} ${to}`).toSorted();

describe('groups, files and brakes, by the commands an operator has', { timeout: TIMEOUT_MS }, () => {
  let fleet: TestFleet;
  let trial: ProcessTrial;
  let receiver: Server;
  let follower: ChildProcess;
  let secret = '';
  const heard: Heard[] = [];
  const streamed: Told[] = [];
  /** While it is set, gateway-3 cannot load anything new. */
  const illness = { isThere: false };

  beforeAll(async () => {
    fleet = await createFleet({ environment: { PLUMBLINE_WEBHOOK_ALLOW: '127.0.0.0/8' } });
    trial = createProcessTrial();
    for (const name of ['gateway-1', 'gateway-2', 'gateway-3']) {
      const folder = join(fleet.folder, name);
      await enrol(folder, await fleet.code(name));
      const own = name === 'gateway-3' ? ailing(trial) : trial;
      fleet.devices.push(await startDevice(name, folder, own));
    }
    receiver = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      heard.push({ headers: request.headers, body });
      response.end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    for (const [name, text] of Object.entries(FILES)) {
      await mkdir(join(fleet.folder, 'declared', name, '..'), { recursive: true });
      await writeFile(join(fleet.folder, 'declared', name), text);
    }
  });
  afterAll(async () => {
    follower?.kill('SIGTERM');
    receiver.closeAllConnections();
    receiver.close();
    await fleet[Symbol.asyncDispose]();
    await trial.close();
  });

  const ailing = (well: ModelTrial): ModelTrial => ({
    run: async (job) =>
      illness.isThere ? { ok: false, reason: 'failed', detail: 'a cell of its memory is broken' } : well.run(job),
    close: () => well.close(),
  });

  const argsOf = (words: string[]) => ['--state', fleet.stateDir, '--json', ...words];
  const run = (words: string[]) => runCommand(argsOf(words), { cwd: fleet.folder, env: process.env });
  /** A command that does what it was asked to. */
  const plumbline = async <T = unknown>(...words: string[]): Promise<T> => {
    const { code, out, err } = await run(words);
    if (code !== 0) throw new Error(`plumbline ${words.join(' ')} ended with ${code}: ${out}${err}`);
    return JSON.parse(out) as T;
  };
  /** A command that is refused. @returns how */
  const refused = async (...words: string[]): Promise<{ exitCode: number; code: string }> => {
    const { code: exitCode, err } = await run(words);
    const { error } = JSON.parse(err) as { error: { code: string } };
    return { exitCode, code: error.code };
  };

  const device = (number: number) => fleet.devices[number - 1] as Device;
  const running = () => fleet.devices.map(runs);
  const rollout = (id: string) => fleet.client.get<Rollout & { members: Member[] }>(`/api/v1/rollouts/${id}`);
  const stateOf = async (id: string) => (await rollout(id)).state;
  /** Questions are asked, the server looks, until it is so. */
  const live = (what: string, done: () => boolean | Promise<boolean>) =>
    eventually(
      what,
      async () => {
        for (const one of fleet.devices) {
          // One that was switched off, or that has nothing to answer with, is not asked.
          if (one.agent.state().connected && runs(one) !== undefined) await one.agent.predict([RECORD]);
        }
        await fleet.server.advance();
        return done();
      },
      PATIENCE,
    );
  const reaches = (id: string, status: string) =>
    live(`rollout ${id} is ${status}`, async () => (await stateOf(id)).status === status);
  /** Looks at which something would have happened. */
  const looks = async () => {
    for (let look = 0; look < 5; look += 1) await fleet.server.advance();
  };
  const planFile = async (plan: object) => {
    const file = join(fleet.folder, 'plan.json');
    await writeFile(file, JSON.stringify({ line: 'delay', policy: 'strict', ...plan }));
    return file;
  };
  const EVERYBODY = { name: 'everybody', group: 'everybody', size: { percent: 100 } };

  /** Prints every event from the first on, as a program would read them. */
  const follow = () => {
    const words = argsOf(['events', '--types', 'rollout.transition', '--after', '0']);
    follower = spawn(process.execPath, [CLI.plumbline, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (follower.stdout === null) throw new Error('it has no output');
    createInterface({ input: follower.stdout }).on('line', (line) => streamed.push(JSON.parse(line) as Told));
  };

  it('makes the fleet what a folder says, and applied again finds nothing to do', async () => {
    const { port } = receiver.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/hook`;
    ({ secret } = await plumbline<{ secret: string }>('webhooks', 'add', url, '--types', 'rollout.transition'));
    expect(await fleet.publish(tinyModel('delay', 0))).toBe('1.0.0');
    const folder = join(fleet.folder, 'declared');
    const { changes } = await plumbline<{ changes: { kind: string; action: string }[] }>('apply', '-f', folder);
    expect(changes.map(({ kind, action }) => `${action} ${kind}`)).toEqual([
      'create Site',
      'create Policy',
      'create Group',
      'create Group',
      'create Rollout',
    ]);
    const again = await plumbline<{ changes: { action: string }[] }>('apply', '-f', folder, '--exit-code');
    expect(again.changes.map(({ action }) => action)).toEqual(Array(5).fill('unchanged'));
    const [first] = await plumbline<Rollout[]>('rollouts', 'list');
    await reaches(first?.id ?? '', 'completed');
    expect(running()).toEqual(Array(3).fill('1.0.0'));
    follow();
  });

  it('says whom a selector finds before anybody is given anything, and what is wrong with one that cannot be read', async () => {
    const selector = 'group = volunteers and runs = delay@1.0.0 and not tag = spare';
    const found = await plumbline<Record<string, unknown>>('groups', 'preview', selector);
    expect(found).toMatchObject({ count: 2, eligible: 2 });
    expect(await refused('groups', 'preview', 'site > north')).toEqual({ exitCode: 4, code: 'selector_malformed' });
  });

  it('opens a stage when a second person approves, and nothing moves while the fleet is frozen', async () => {
    expect(await fleet.publish(tinyModel('delay', 0.5))).toBe('1.0.1');
    const token = join(fleet.folder, 'ana.token');
    await plumbline('operators', 'add', 'ana', '--out', token);
    const stages = [
      { name: 'canary', selector: 'id = gateway-2', size: { count: 1 }, approval: 'required' },
      EVERYBODY,
    ];
    const file = await planFile({ version: '1.0.1', stages });
    const { id } = await plumbline<{ id: string }>('--as', token, 'rollouts', 'create', file);
    await plumbline('--as', token, 'rollouts', 'start', id);
    expect(await refused('--as', token, 'rollouts', 'approve', id)).toEqual({
      exitCode: 4,
      code: 'approval_by_author',
    });
    await plumbline('rollouts', 'approve', id, '--reason', 'looked at it');
    await live(
      'the canary has proven it',
      () => device(2).line('delay')?.state === 'committed' && runs(device(2)) === '1.0.1',
    );

    await plumbline('freeze', '--all', '--reason', 'a storm');
    await looks();
    expect(await stateOf(id)).toMatchObject({ status: 'running', stage: 0 });
    expect(await refused('freeze', '--all', '--reason', 'again')).toMatchObject({ code: 'fleet_frozen' });
    await expect(fleet.assign('gateway-1', 'delay', '1.0.1')).rejects.toMatchObject({ code: 'fleet_frozen' });
    expect(running()).toEqual(['1.0.0', '1.0.1', '1.0.0']);

    await plumbline('unfreeze', '--reason', 'it is over');
    await reaches(id, 'completed');
    expect(running()).toEqual(Array(3).fill('1.0.1'));
  });

  let third = '';

  it('stops at a failure, says why, and goes on when a person has taken note of it', async () => {
    expect(await fleet.publish(tinyModel('delay', 1))).toBe('1.0.2');
    illness.isThere = true;
    const stages = [{ name: 'canary', group: 'volunteers', size: { percent: 100 } }, EVERYBODY];
    ({ id: third } = await plumbline<{ id: string }>(
      'rollouts',
      'create',
      await planFile({ version: '1.0.2', stages }),
    ));
    await plumbline('rollouts', 'start', third);
    await plumbline('rollouts', 'pause', third, '--reason', 'lunch');
    await looks();
    expect(await stateOf(third)).toMatchObject({
      status: 'paused',
      stage: 0,
      reason: expect.stringContaining('lunch'),
    });
    await plumbline('rollouts', 'resume', third, '--reason', 'back');

    await live('it has stopped itself', async () => {
      const { status, stageStatus } = await stateOf(third);
      return status === 'paused' && stageStatus === 'failed';
    });
    expect((await stateOf(third)).reason).toContain('model_unloadable');
    expect(runs(device(1))).toBe('1.0.1');
    expect(await plumbline('devices', 'why', 'gateway-3')).toMatchObject({
      findings: [{ code: 'refused', sentence: expect.stringContaining('a cell of its memory is broken') }],
    });

    await plumbline('rollouts', 'resume', third, '--reason', 'known: gateway-3 is old');
    await reaches(third, 'completed');
    expect(running()).toEqual(['1.0.2', '1.0.2', '1.0.1']);
  });

  it('lets a device that refused try again by a signed attempt, and no other way', async () => {
    illness.isThere = false;
    const before = device(3).line('delay');
    expect(before).toMatchObject({ state: 'refused' });
    await looks();
    await fleet.assign('gateway-3', 'delay', '1.0.2');
    await looks();
    expect(device(3).line('delay')?.state).toBe('refused');
    const { retried } = await plumbline<{ retried: string[] }>(
      'rollouts',
      'retry',
      third,
      '--reason',
      'memory changed',
    );
    expect(retried).toEqual(['gateway-3']);
    await live('gateway-3 has proven it', async () => {
      const { members } = await rollout(third);
      return members.every(({ outcome }) => outcome === 'proven');
    });
    expect(running()).toEqual(Array(3).fill('1.0.2'));
  });

  it('goes back without a byte of a model, and so does a device that was off meanwhile', async () => {
    await device(1).stop();
    const fetched = fleet.blocks.length;
    await plumbline('rollouts', 'revert', third, '--reason', 'the sites complain');
    await eventually('those present are back', () => [device(2), device(3)].every(isBack), PATIENCE);
    const { findings } = await plumbline<{ findings: { code: string }[] }>('devices', 'why', 'gateway-1');
    expect(findings.map(({ code }) => code)).toContain('away');

    await device(1).start();
    await eventually('the one that was off is back too', () => isBack(device(1)), PATIENCE);
    expect(fleet.blocks).toHaveLength(fetched);
    expect(await refused('rollouts', 'resume', third)).toEqual({ exitCode: 4, code: 'rollout_move_illegal' });
  });

  it('told every transition, in the stream and signed to the webhook', async () => {
    const all = await plumbline<Rollout[]>('rollouts', 'list');
    expect(all).toHaveLength(3);
    for (const { id, state } of all) {
      const end = `${state.status}/${state.stageStatus}`;
      const moves = () => streamed.filter(({ data }) => data.rollout === id).map(({ data }) => data);
      await eventually(`the stream has told how ${id} ended`, () => moves().at(-1)?.to === end, PATIENCE);
      // Each begins where the one before it ended, so none is missing.
      expect(moves().map(({ from }) => from)).toEqual([
        '',
        ...moves()
          .slice(0, -1)
          .map(({ to }) => to),
      ]);
    }
    await eventually('the webhook has heard as many', () => heard.length >= streamed.length, PATIENCE);
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    for (const { headers, body } of heard) {
      const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
      const signature = createHmac('sha256', key).update(signed).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    }
    const ids = new Map(heard.map(({ headers, body }) => [headers['webhook-id'], JSON.parse(body) as Told]));
    expect(movesOf(ids.values())).toEqual(movesOf(streamed));
  });

  it('ends with whoever follows, when they have seen enough', async () => {
    follower.kill('SIGTERM');
    if (follower.exitCode === null && follower.signalCode === null) await once(follower, 'exit');
    expect(streamed.length).toBeGreaterThan(10);
  });
});
