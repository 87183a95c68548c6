import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { addMetadataSignatures, lineRole } from '@plumbline/shared/trust';
import type { CreatedRollout, Forecast } from '../../../delivery/rollouts/index.ts';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { devices } from '../../../platform/db/index.ts';
import { approveModel, findPending, submitForApproval } from '../../../supply/models/index.ts';
import { createHttpApp } from '../../http/index.ts';
import { serveApp } from '../../testing/serve-app.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { addRollouts } from '../commands/rollouts.ts';

const PLAN = `line: delay
version: VERSION
stages: [{ name: canary, size: { count: 3 } }, { name: all, size: { percent: 100 } }]
gates: { failures: { atMost: 0.02, sureBelow: 0.1 }, drift: { atMost: 0 } }
`;

const lab = createModelLab();
let small: SmallFleet;
let http: Awaited<ReturnType<typeof serveApp>>;
let file: string;
let printed: string[];

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  const { fleet, folder } = small;
  http = await serveApp(createHttpApp(fleet));
  await writeFile(join(folder, 'operator.token'), `${fleet.operatorToken}\n`);
  const at = { url: http.url, mqttUrl: fleet.mqttUrl, pid: process.pid };
  await writeFile(join(folder, 'server.json'), JSON.stringify(at));
  const { document, version } = await submitForApproval(fleet, 'user:ana', await small.model('delay'));
  const draft = await findPending(fleet.database.db, 'delay', document);
  const bytes = await addMetadataSignatures(draft!.bytes, [small.approver], lineRole('delay'));
  await approveModel(fleet, 'approver:ben', { line: 'delay', document, signature: { bytes } });
  const row = {
    site: 'north',
    agent: '0.1.0',
    keyId: 'ab'.repeat(32),
    tags: '[]',
    enrolledAt: 0,
    connection: 'nonce-1',
  };
  const profiles = ['linux-x64-dev', 'linux-x64-dev', 'linux-x64-dev', 'linux-x64-dev', 'no-such-profile'];
  await fleet.database.transaction((tx) =>
    tx.insert(devices).values(
      profiles.map((profile, i) => ({
        ...row,
        profile,
        id: `gw-${i}`,
        publicKey: JSON.stringify({ type: 'ed25519', public: '00'.repeat(32) }),
        reportCounter: 0,
        assignedSeq: 0,
      })),
    ),
  );
  file = join(folder, 'plan.yaml');
  await writeFile(file, PLAN.replace('VERSION', version));
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
});

async function run(...args: string[]): Promise<string> {
  const program = new Command('plumbline').exitOverride();
  program.option('--state <dir>').option('--as <token>').option('--json', '', false);
  addRollouts(program);
  await program.parseAsync(['--state', small.folder, ...args], { from: 'user' });
  return printed.splice(0).join('\n');
}

it('shows a plan before it is written down: the worst first, then fit, gates, time and bytes', async () => {
  const said = await run('rollouts', 'forecast', file);
  expect(said.split('\n')[1]).toMatch(/^! holds/);
  expect(said).toContain('`sureBelow: 0.1` needs 36 devices without a failure');
  expect(said).toContain('the gate drift can never decide');
  expect(said).toContain('left-out: nothing fits 1 device of profile no-such-profile (gw-4)');
  expect(said).toMatch(/canary +3 +3 +at once/);
  expect(said).not.toContain('gw-2');
});

it('lists every device with --json', async () => {
  const found = JSON.parse(await run('--json', 'rollouts', 'forecast', file)) as Forecast;
  expect(found.devices.map(({ device, stage }) => [device, stage !== null])).toEqual([
    ['gw-0', true],
    ['gw-1', true],
    ['gw-2', true],
    ['gw-3', true],
    ['gw-4', false],
  ]);
});

it('warns when a rollout is created, shows everything on demand, and again by its id', async () => {
  const short = await run('rollouts', 'create', file);
  expect(short).toContain('! holds (canary): failures');
  expect(short).not.toContain('bytes:');
  expect(await run('rollouts', 'create', file, '--forecast')).toContain('bytes:');
  const made = JSON.parse(await run('--json', 'rollouts', 'create', file)) as CreatedRollout &
    Pick<Forecast, 'warnings'>;
  expect(made.warnings[0]).toMatchObject({ level: 'holds' });
  expect(await run('rollouts', 'forecast', made.id)).toContain('delay@');
});

it('refuses what there is not, and what is no plan, with a code', async () => {
  await expect(run('rollouts', 'forecast', 'r-none')).rejects.toMatchObject({ code: 'rollout_unknown' });
  const bad = join(small.folder, 'bad.yaml');
  await writeFile(bad, PLAN.replace('percent: 100', 'percent: 101'));
  await expect(run('rollouts', 'forecast', bad)).rejects.toMatchObject({ code: 'rollout_plan_malformed' });
});
