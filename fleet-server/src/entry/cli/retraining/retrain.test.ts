import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createProcessTrial } from '@plumbline/agent/trial';
import type { Finding } from '@plumbline/shared/drift';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getRollout } from '../../../delivery/rollouts/index.ts';
import { datasetVersion, registerDataset } from '../../../learning/datasets/index.ts';
import { releaseModel, trainModel } from '../../../learning/pipelines/index.ts';
import { createRetrainer, type Turn } from '../../../learning/retraining/index.ts';
import { generateDataset } from '../../../learning/training/generated-dataset.ts';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { audit, devices, driftFindings } from '../../../platform/db/index.ts';
import { metadataByVersion } from '../../../supply/repository/index.ts';
import { approvePending, createClient, DEVELOPMENT_POLICY, openApprover, type Approver } from '../../approver/index.ts';
import { keptEvidence } from '../../kept-evidence.ts';
import { serveCli, type ServedCli } from '../../testing/run-cli.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { addPipelines } from '../pipelines/pipelines.ts';
import { addRetrain } from './retrain.ts';

const DAY_MS = 86_400_000;
const TRAINED_AT = 600 * DAY_MS;
const CHANGED_AT = 560 * DAY_MS;
const NOW = 1100 * DAY_MS;
const GRID = { logistic: [{ c: 1 }] };
const lab = createModelLab();
const trial = createProcessTrial();
let small: SmallFleet;
let cli: ServedCli;
let approver: Approver;
let policy: object;

/** A champion of before a change; everything it learned is wrong since, and a look has found that. */
beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt: NOW });
  const { fleet } = small;
  cli = await serveCli(small, [addRetrain, addPipelines]);
  approver = await openApprover({
    client: createClient({ url: cli.url, operatorToken: fleet.operatorToken }),
    trial,
    signer: small.approver,
    trustFolder: join(small.folder, 'approver'),
    firstRoot: (await metadataByVersion(fleet.database.db, 'root', 1))!.bytes,
    actor: 'ben',
    now: async () => small.clock.now(),
  });
  const made = generateDataset({ seed: 3, rows: 1040, signal: 2 });
  const flipped = made.examples.map((one) =>
    one.startAt < CHANGED_AT ? one : { ...one, label: (1 - one.label) as 0 | 1 },
  );
  const whole = { ...made, examples: flipped };
  const dataset = { ...whole, version: datasetVersion(whole) };
  await registerDataset(fleet, 'user:ana', dataset);
  const then = { ...dataset, examples: flipped.filter(({ knownAt }) => knownAt < TRAINED_AT) };
  const known = { ...then, version: datasetVersion(then) };
  const options = { seed: 1, algorithms: ['logistic' as const], grid: GRID, folds: 2, workers: 0 };
  const trained = await trainModel(known, { ...options, gatePermutations: 9 });
  await releaseModel(fleet, 'user:ana', 'delay', trained, { knownBefore: TRAINED_AT });
  await approvePending(approver, DEVELOPMENT_POLICY);
  await fleet.database.transaction(async (tx) => {
    await tx.insert(devices).values(
      ['gw-1', 'gw-2'].map((id) => ({
        id,
        site: 'north',
        profile: 'linux-x64-dev',
        agent: '0.1.0',
        publicKey: JSON.stringify(small.approver.publicKey),
        keyId: 'ab'.repeat(32),
        tags: '[]',
        enrolledAt: NOW,
        reportCounter: 0,
        assignedSeq: 0,
      })),
    );
    await tx.insert(driftFindings).values({
      id: 'f-1',
      subject: 'model:delay@1.0.0/concept',
      kind: 'concept',
      line: 'delay',
      version: '1.0.0',
      scope: 'fleet',
      scopeId: '',
      fromAt: NOW - 30 * DAY_MS,
      toAt: NOW - DAY_MS,
      alarm: 1,
      standing: 1,
      begunAt: NOW,
      judgedAt: NOW,
      body: JSON.stringify(finding),
    });
  });
  policy = {
    line: 'delay',
    dataset: `${dataset.name}@${dataset.version}`,
    mode: 'rollout',
    on: { drift: { kinds: ['concept'] } },
    minimumLabels: 100,
    search: { algorithms: ['logistic'], grid: GRID, folds: 2, workers: 0 },
  };
});
afterAll(async () => {
  await cli.close();
  await small[Symbol.asyncDispose]();
  await trial.close();
  await lab.close();
});

const finding: Finding = {
  id: 'f-1',
  kind: 'concept',
  line: 'delay',
  version: '1.0.0',
  scope: { of: 'fleet', id: '' },
  alarm: true,
  from: NOW - 30 * DAY_MS,
  to: NOW - DAY_MS,
  statistic: 90,
  threshold: 20,
  p: 1e-9,
  effect: 0.6,
  n: 300,
  since: { at: CHANGED_AT, low: CHANGED_AT, high: CHANGED_AT + DAY_MS },
  devices: 9,
  sites: 9,
  tests: [],
  sure: '',
  sentence: 'the same scores end otherwise',
  todo: 'retrain',
  shares: [],
};
const write = async (name: string, text: unknown) => {
  const file = join(small.folder, name);
  await writeFile(file, typeof text === 'string' ? text : JSON.stringify(text));
  return file;
};
const rows = async () => (await small.fleet.database.db.select({ id: audit.id }).from(audit)).length;
/** A server that looks once, examines what there is, and ends. */
async function look(): Promise<void> {
  const retrainer = createRetrainer({ ...small.fleet, evidence: keptEvidence(small.fleet.database) });
  await retrainer.look();
  await retrainer.idle();
  await retrainer.close();
}
const newest = async () => (await cli.json<{ turns: Turn[] }>('retrain', 'list', 'delay')).turns[0]!;

describe('what is asked wrongly of retraining', () => {
  it.each<[string[], number, string, string | undefined]>([
    [['retrain', 'run', 'nope'], 4, 'retrain_policy_unknown', 'line'],
    [['retrain', 'show', 'turn-none'], 4, 'retrain_turn_unknown', 'turn'],
    [['retrain', 'policy', 'get', 'nope'], 4, 'retrain_policy_unknown', 'line'],
    [['retrain', 'policy', 'put', 'FOLDER/none.yaml'], 4, 'file_unreadable', 'file'],
    [['retrain', 'stop'], 2, 'commander.missingMandatoryOptionValue', undefined],
    [['retrain', 'stop', '--reason', ''], 4, 'body_malformed', 'reason'],
    [['retrain', 'resume', '--reason', 'mended'], 4, 'automation_running', 'automation'],
    [['retrain', 'walk'], 2, 'commander.unknownCommand', undefined],
  ])('%j ends with %i, %s', async (words, code, name, field) => {
    const before = await rows();
    const ran = await cli.run('--json', ...words.map((word) => word.replace('FOLDER', small.folder)));
    expect([ran.code, ran.error?.code, ran.error?.field, ran.out]).toEqual([code, name, field, '']);
    expect(await rows()).toBe(before);
  });

  it.each<[string, object | string, string, string]>([
    ['a file that is no YAML', '{ line: [', 'file_malformed', 'file'],
    ['a word that is not known', { retries: 3 }, 'retrain_policy_malformed', 'retries'],
    ['one within', { on: { drift: { kinds: ['concept'], sites: 1 } } }, 'retrain_policy_malformed', 'on.drift.sites'],
    ['a mode that is none', { mode: 'always' }, 'retrain_policy_malformed', 'mode'],
    ['a dataset that nobody has', { dataset: 'gone@01234567' }, 'dataset_unknown', 'dataset'],
    ['stages that nobody knows', { rolloutPolicy: 'gone' }, 'policy_unknown', 'policy'],
  ])('a policy with %s is not kept', async (_what, change, code, field) => {
    const before = await rows();
    const file = await write('bad.yaml', typeof change === 'string' ? change : { ...policy, ...change });
    const { code: exit, error } = await cli.run('--json', 'retrain', 'policy', 'put', file);
    expect([exit, error?.code, error?.field]).toEqual([4, code, field]);
    expect([await rows(), await cli.json('retrain', 'policy', 'list')]).toEqual([before, { policies: [] }]);
  });
});

describe('a line with a policy of retraining', () => {
  it('says which pipelines drift does not start any more, and pipelines are told so when they are put', async () => {
    const steps = [{ name: 'data', uses: 'data', with: { dataset: 'east' } }];
    const pipeline = { kind: 'Pipeline', name: 'on-drift', spec: { on: [{ drift: 'delay' }], steps } };
    const put = ['pipelines', 'put', await write('pipeline.json', pipeline)];
    expect(await cli.json(...put)).toMatchObject({ action: 'create', warnings: [] });
    const file = await write('policy.json', policy);
    const kept = { policy: { line: 'delay', revision: 1 }, action: 'create' };
    const warnings = [expect.stringContaining('does not start the pipeline on-drift')];
    expect(await cli.json('retrain', 'policy', 'put', file)).toMatchObject({ ...kept, warnings });
    expect(await cli.json('retrain', 'policy', 'put', file)).toMatchObject({ action: 'unchanged', warnings });
    const told = { action: 'unchanged', warnings: [expect.stringContaining('does not start on-drift')] };
    expect(await cli.json(...put)).toMatchObject(told);
    expect((await cli.run(...put)).out).toContain('warning: drift of delay does not start on-drift');
    const off = await write('off.json', { ...policy, mode: 'off' });
    expect(await cli.json('retrain', 'policy', 'put', off)).toMatchObject({ action: 'change', warnings: [] });
    expect(await cli.json(...put)).toMatchObject({ warnings: [] });
    expect(await cli.json('retrain', 'policy', 'put', file)).toMatchObject({ policy: { revision: 3 } });
    expect((await cli.run('retrain', 'policy', 'list')).out).toMatch(/delay +rollout +drift +3/);
  });

  it('waits where the approver does not cover it, and is rolled out by its stages once that has signed', async () => {
    await look();
    const turn = await newest();
    expect(turn).toMatchObject({ state: 'awaiting-approval', cause: 'drift', champion: '1.0.0', findings: ['f-1'] });
    const others = { ...DEVELOPMENT_POLICY, lines: ['iris'] };
    const [left] = await approvePending(approver, others);
    expect(left).toMatchObject({ line: 'delay', version: turn.candidate, signed: false });
    await look();
    expect(await newest()).toMatchObject({ state: 'awaiting-approval', rollout: null });
    const [signed] = await approvePending(approver, DEVELOPMENT_POLICY);
    expect(signed).toMatchObject({ version: turn.candidate, signed: true });
    await look();
    const rolling = await newest();
    expect(rolling).toMatchObject({ id: turn.id, state: 'rolling-out', candidate: turn.candidate });
    const { plan, state, version } = await getRollout(small.fleet.database.db, rolling.rollout ?? '');
    expect([state.status, version]).toEqual(['running', turn.candidate]);
    expect(plan.stages.length).toBeGreaterThan(1);
    const shown = (await cli.run('retrain', 'show', turn.id)).out;
    for (const said of ['the same scores end otherwise', 'rolling-out', 'learns from', 'Brier'])
      expect(shown).toContain(said);
    expect(await cli.json('retrain', 'show', turn.id)).toEqual(rolling);
    expect((await cli.run('--json', 'retrain', 'run', 'delay')).error).toMatchObject({ code: 'retrain_turn_open' });
  });

  it('is stopped and resumed by one switch', async () => {
    expect(await cli.json('retrain', 'stop', '--reason', 'incident 7')).toMatchObject({
      by: 'switch',
      reason: 'incident 7',
    });
    expect((await cli.run('--json', 'retrain', 'stop', '--reason', 'again')).error?.code).toBe('automation_stopped');
    await look();
    const { rollout } = await newest();
    expect((await getRollout(small.fleet.database.db, rollout ?? '')).state.status).toBe('paused');
    expect((await cli.run('--json', 'retrain', 'run', 'delay')).error?.code).toBe('automation_stopped');
    expect(await cli.json('retrain', 'resume', '--reason', 'mended')).toEqual({ stop: null });
    expect((await cli.run('retrain', 'list')).out).toMatch(/turn-\w+ +delay/);
  });
});
