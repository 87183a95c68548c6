import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { addMetadataSignatures, lineRole } from '@plumbline/shared/trust';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createModelLab, openArtifactFiles } from '../platform/adapters/index.ts';
import { deviceLines, devices, rolloutDevices, rollouts } from '../platform/db/index.ts';
import { emit } from '../platform/outbox/index.ts';
import { standingAssignment } from '../sites/devices/assign.ts';
import { freezeFleet, liftFreeze } from '../sites/devices/index.ts';
import { settleNewcomers } from '../sites/groups/index.ts';
import { approveModel, findPending, submitForApproval } from '../supply/models/index.ts';
import { writeAddress } from '../state-folder.ts';
import { followGroups } from './follow-groups.ts';
import { addDevices } from './cli/commands/devices.ts';
import { addGroups } from './cli/groups/groups.ts';
import { createHttpApp } from './http/index.ts';
import { serveApp } from './testing/serve-app.ts';
import { createSmallFleet, type SmallFleet } from './testing/small-fleet.ts';

const lab = createModelLab();
let small: SmallFleet;
let http: Awaited<ReturnType<typeof serveApp>>;
let groups: ReturnType<typeof followGroups>;
let printed: string[];

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  http = await serveApp(createHttpApp(small.fleet));
  await writeFile(join(small.folder, 'operator.token'), `${small.fleet.operatorToken}\n`);
  await writeAddress(small.folder, { url: http.url, mqttUrl: 'mqtt://127.0.0.1:1', pid: process.pid });
  for (const bias of [0, 1]) await release(bias);
  groups = followGroups(small.fleet);
  await small.fleet.dispatcher.start();
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

/** The next version of the line `delay`, published as an approver would: 1.0.0 first, then 1.0.1 with a return ticket. */
async function release(bias: number): Promise<void> {
  const { fleet } = small;
  const { document } = await submitForApproval(
    fleet,
    'user:ana',
    await small.model('delay', { origin: 'imported' }, bias),
  );
  const { bytes } = (await findPending(fleet.database.db, 'delay', document))!;
  const signature = { bytes: await addMetadataSignatures(bytes, [small.approver], lineRole('delay')) };
  await approveModel(fleet, 'approver:ben', { line: 'delay', document, signature });
}

/** Runs `plumbline …` as main does. */
async function run(...args: string[]): Promise<unknown> {
  const program = new Command('plumbline').exitOverride().configureOutput({ writeErr: () => undefined });
  program.option('--state <dir>').option('--json', '', false);
  addGroups(program);
  addDevices(program);
  await program.parseAsync(['--state', small.folder, '--json', ...args], { from: 'user' });
  return JSON.parse(printed.splice(0).join('\n')) as unknown;
}

async function enrol(id: string, of: Partial<typeof devices.$inferInsert> = {}): Promise<void> {
  await small.fleet.database.transaction(async (tx) => {
    await tx.insert(devices).values({
      id,
      site: 'north',
      profile: 'linux-x64-dev',
      agent: '0.1.0',
      publicKey: '{}',
      keyId: 'key',
      tags: '[]',
      enrolledAt: small.clock.now(),
      reportCounter: 0,
      assignedSeq: 0,
      ...of,
    });
    await emit(tx, { type: 'device.enrolled', site: 'north', device: id });
  });
  await small.fleet.dispatcher.settled();
}

async function assigned(id: string) {
  const models = (await standingAssignment(small.fleet.database.db, id))?.models ?? [];
  return models.map(({ model, releaseCounter }) => `${model}/${releaseCounter}`);
}

async function lookLater(): Promise<void> {
  await small.clock.advance(60_000);
  await groups.look();
}

describe('the standing release of a group', () => {
  it('is what a device gets that enrols into it, under the counter that a newer release can follow', async () => {
    await run('groups', 'create', 'crew', '--selector', 'tag = crew');
    expect(await run('groups', 'standing', 'crew', 'delay@1.0.0')).toMatchObject({ line: 'delay', version: '1.0.0' });
    await enrol('gw-1', { tags: '["crew"]' });
    await enrol('gw-2');
    expect(await assigned('gw-1')).toEqual(['delay/1']);
    expect(await assigned('gw-2')).toEqual([]);
    await run('groups', 'standing', 'crew', 'delay@1.0.1');
    await small.fleet.dispatcher.settled();
    expect(await assigned('gw-1')).toEqual(['delay/3']);
  });

  it('reaches whom a tag brings in, and whoever was away when it was set; once', async () => {
    expect(await run('devices', 'tag', 'gw-2', '--add', 'crew')).toEqual({ count: 1, changed: ['gw-2'] });
    await small.fleet.dispatcher.settled();
    expect(await assigned('gw-2')).toEqual(['delay/3']);
    await lookLater();
    await lookLater();
    expect(await standingAssignment(small.fleet.database.db, 'gw-2')).toMatchObject({ seq: 1 });
  });

  it('leaves alone what runs something newer, whoever told it so', async () => {
    await small.fleet.database.transaction(async (tx) => {
      const line = { device: 'gw-3', line: 'delay', state: 'committed', reportedAt: 0 };
      await tx.insert(deviceLines).values({ ...line, runningVersion: '2.0.0', runningCounter: 9 });
    });
    await enrol('gw-3', { tags: '["crew"]' });
    await lookLater();
    expect(await assigned('gw-3')).toEqual([]);
  });

  it('waits while a rollout has the device, and while the fleet is frozen', async () => {
    await small.fleet.database.transaction(async (tx) => {
      const row = { id: 'r-1', line: 'delay', version: '1.0.1', author: 'user:ana', plan: '{}', state: '{}' };
      await tx.insert(rollouts).values({ ...row, status: 'running', revision: 1, createdAt: 0, updatedAt: 0 });
      await tx.insert(rolloutDevices).values({ rollout: 'r-1', device: 'gw-4', stage: 0 });
    });
    await enrol('gw-4', { tags: '["crew"]' });
    await lookLater();
    expect(await assigned('gw-4')).toEqual([]);
    await small.fleet.database.transaction(async (tx) => {
      await tx.update(rollouts).set({ status: 'stopped' });
    });
    await freezeFleet(small.fleet, 'user:ana', 'a storm');
    await lookLater();
    expect(await assigned('gw-4')).toEqual([]);
    await liftFreeze(small.fleet, 'user:ana', 'it is over');
    await lookLater();
    expect(await assigned('gw-4')).toEqual(['delay/3']);
  });

  it('is not given to the barred, nor to what it does not fit, and says so', async () => {
    await enrol('gw-5', { tags: '["crew"]', standing: 'quarantined' });
    await enrol('gw-6', { tags: '["crew"]', profile: 'no-such-board' });
    const settled = await settleNewcomers(small.fleet, { heldBy: async () => new Set() });
    expect(settled).toMatchObject({ status: 'looked', assigned: [], unfit: [{ device: 'gw-6', line: 'delay' }] });
    expect(settled.unfit[0]?.reason).toMatch(/no-such-board/);
  });

  it('gives many newcomers theirs in batches, two looks at once notwithstanding', async () => {
    await small.fleet.database.transaction(async (tx) => {
      for (let number = 0; number < 120; number += 1) {
        await tx.insert(devices).values({
          id: `many-${number}`,
          site: 'north',
          profile: 'linux-x64-dev',
          agent: '0.1.0',
          publicKey: '{}',
          keyId: 'key',
          tags: '["crew"]',
          enrolledAt: 0,
          reportCounter: 0,
          assignedSeq: 0,
        });
      }
    });
    const look = () => settleNewcomers(small.fleet, { heldBy: async () => new Set() });
    const [one, other] = await Promise.all([look(), look()]);
    const given = [...one.assigned, ...other.assigned].map(({ device }) => device);
    expect(given).toHaveLength(120);
    expect(new Set(given).size).toBe(120);
  });

  it.each([
    ['a version nobody made', 'crew', '9.9.9', 'model_unknown'],
    ['a group nobody made', 'nobody', '1.0.0', 'group_unknown'],
  ])('is refused for %s', async (_what, group, version, code) => {
    await expect(run('groups', 'standing', group, `delay@${version}`)).rejects.toMatchObject({ code });
  });

  it('keeps its group, until it is taken back', async () => {
    await expect(run('groups', 'remove', 'crew')).rejects.toMatchObject({ code: 'group_in_use' });
    expect(await run('groups', 'standing', 'crew', 'delay', '--clear')).toEqual({ group: 'crew', line: 'delay' });
    expect(await run('groups', 'remove', 'crew')).toEqual({ group: 'crew' });
  });
});

describe('plumbline groups', () => {
  it('makes, previews, changes, shows and lists', async () => {
    expect(await run('groups', 'preview', 'id ~ gw-*', '--show', '1')).toMatchObject({
      count: 6,
      eligible: 5,
      devices: ['gw-1'],
    });
    expect(await run('groups', 'create', 'pair', '--devices', 'gw-1, gw-2', '--note', 'two')).toMatchObject({
      count: 2,
    });
    expect(await run('groups', 'update', 'pair', '--add', 'gw-3', '--remove', 'gw-1')).toMatchObject({
      devices: ['gw-2', 'gw-3'],
      revision: 2,
    });
    await expect(run('groups', 'update', 'pair', '--note', 'x', '--expected-revision', '1')).rejects.toMatchObject({
      code: 'group_changed_meanwhile',
    });
    expect(await run('groups', 'show', 'pair')).toMatchObject({ note: 'two', kind: 'list', eligible: 2 });
    expect(await run('groups', 'list')).toMatchObject([{ name: 'pair', count: 2 }]);
    await expect(run('groups', 'preview', 'regoin = x')).rejects.toMatchObject({
      code: 'selector_malformed',
      field: 'selector',
      message: 'selector, character 1: "regoin" is no field; did you mean region?',
    });
  });

  it('prints tables for people', async () => {
    const program = new Command('plumbline').exitOverride();
    program.option('--state <dir>').option('--json', '', false);
    addGroups(program);
    for (const words of [['list'], ['show', 'pair'], ['preview', 'online or not online']]) {
      await program.parseAsync(['--state', small.folder, 'groups', ...words], { from: 'user' });
    }
    expect(printed[0]).toMatch(/^group +devices +reachable .*\npair +2 +2 +– +by list$/s);
    expect(printed[1]).toMatch(/pair: 2 devices, 2 of them reachable by a rollout; revision 2\ntwo\nmembers: by list/);
    expect(printed[2]).toMatch(/^online = true or not online = true\n126 devices.*north +126.*… and 106 more$/s);
  });

  it('keeps a group that a rollout under way names', async () => {
    await small.fleet.database.transaction(async (tx) => {
      const stages = [{ name: 'all', selector: 'group = pair', size: { percent: 100 } }];
      const plan = JSON.stringify({ line: 'delay', version: '1.0.1', stages });
      await tx.update(rollouts).set({ plan, status: 'paused', state: JSON.stringify({ status: 'paused' }) });
    });
    await expect(run('groups', 'remove', 'pair')).rejects.toMatchObject({
      code: 'group_in_use',
      message: 'group pair is needed by the rollout r-1, which is paused',
    });
  });
});
