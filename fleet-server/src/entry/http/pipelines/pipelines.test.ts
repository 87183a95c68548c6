import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addMetadataSignatures, lineRole } from '@plumbline/shared/trust';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listRollouts } from '../../../delivery/rollouts/index.ts';
import {
  createPipelineRunner,
  readPipelineFile,
  STEP_KINDS,
  type PipelineDeps,
  type StepKinds,
} from '../../../learning/pipelines/index.ts';
import { generateDataset } from '../../../learning/training/generated-dataset.ts';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { devices, runs, type Database } from '../../../platform/db/index.ts';
import { approveModel, listModels, pendingApprovals } from '../../../supply/models/index.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import type { App } from '../edge.ts';
import { createHttpApp } from '../index.ts';
import { checkedAnswers } from '../../testing/checked-answers.ts';

const DOC = new URL('../../../../../shared/docs/pipelines.md', import.meta.url);
const SMALL = { folds: 2, permutations: 9, workers: 0, canary: 50 };
const lab = createModelLab();
let small: SmallFleet;
let app: App;
let written: { name: string; spec: { steps: { name: string; uses: string; with?: object }[] } };

beforeAll(async () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(await readFile(DOC, 'utf8')) ?? [];
  written = readPipelineFile(yaml) as typeof written;
});
afterAll(() => lab.close());

beforeEach(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt: Date.UTC(2026, 2, 2) });
  app = checkedAnswers(createHttpApp(small.fleet));
  await mkdir(join(small.folder, 'pipelines', 'data'), { recursive: true });
  await writeTable(1);
  await small.fleet.database.transaction((tx) =>
    tx.insert(devices).values(
      ['gw-1', 'gw-2'].map((id) => ({
        id,
        site: 'north',
        profile: 'linux-x64-dev',
        agent: '0.1.0',
        publicKey: JSON.stringify(small.approver.publicKey),
        keyId: 'ab'.repeat(32),
        tags: '[]',
        enrolledAt: small.clock.now(),
        reportCounter: 0,
        assignedSeq: 0,
      })),
    ),
  );
  return async () => small[Symbol.asyncDispose]();
});

async function writeTable(seed: number): Promise<void> {
  const { examples } = generateDataset({ seed, rows: 320, signal: 1.5 });
  const rows = examples.map(({ ref, startAt, label, values }) => {
    const start = new Date(Date.UTC(2024, 0, 1) + startAt).toISOString().slice(0, 10);
    return [ref, start, label, values['n0'], values['n1'], values['n2'], values['trade']]
      .map((one) => one ?? '')
      .join(',');
  });
  const text = ['id,start,late,n0,n1,n2,trade', ...rows].join('\n');
  await writeFile(join(small.folder, 'pipelines', 'data', 'activities.csv'), text);
}

const deps = (database: Database = small.fleet.database): PipelineDeps => ({
  ...small.fleet,
  database,
  folder: join(small.folder, 'pipelines'),
});

async function call<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const response = await app.request(`/api/v1${path}`, {
    method,
    headers: { authorization: 'Bearer operator', 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as T };
}

interface Shown {
  run: {
    id: string;
    state: string;
    note: string;
    gitCommit: string | null;
    error: { code: string; message: string } | null;
  };
  attempts: { step: string; attempt: number; state: string; says: string; error: { code: string } | null }[];
}
const put = (document: unknown = written) =>
  call<{ action: string; secret?: string; field: string; code: string }>('POST', '/pipelines', document);
async function order(set: object = SMALL, more: object = {}): Promise<string> {
  const { body } = await call<{ run: { id: string } }>('POST', '/pipelines/delay-weekly/runs', { set, ...more });
  return body.run.id;
}
const show = async (id: string) => (await call<Shown>('GET', `/pipeline-runs/${id}`)).body;
const statesOf = async (id: string) =>
  Object.fromEntries((await show(id)).attempts.map(({ step, state }) => [step, state]));

async function look(kinds: StepKinds = STEP_KINDS, database?: Database): Promise<void> {
  const runner = createPipelineRunner(deps(database), kinds);
  await runner.look();
  await runner.idle();
}

async function sign(): Promise<void> {
  const { fleet } = small;
  const [draft] = await pendingApprovals(fleet.database.db);
  const bytes = await addMetadataSignatures(draft!.bytes, [small.approver], lineRole('delay'));
  await approveModel(fleet, 'approver:ben', { line: 'delay', document: draft!.document, signature: { bytes } });
}

/** A database of a process that ends: nothing it says from then on reaches the disk. */
function mortal(database: Database): { database: Database; die(): void } {
  let isDead = false;
  return {
    die: () => (isDead = true),
    database: {
      ...database,
      db: database.db,
      transaction: (work) => (isDead ? Promise.reject(new Error('the process has ended')) : database.transaction(work)),
    },
  };
}

describe('the file of the documentation', () => {
  it('trains on a table, waits for its approver and rolls out; once more, with a parameter changed, only that runs', async () => {
    expect((await put()).body).toMatchObject({ action: 'create' });
    expect((await put()).body).toMatchObject({ action: 'unchanged' });
    const first = await order(SMALL, { commit: 'a'.repeat(40) });
    await look();
    const waiting = await show(first);
    expect(waiting.run).toMatchObject({ error: null, state: 'waiting', gitCommit: 'a'.repeat(40) });
    const before = ['data', 'validate', 'split', 'search', 'evaluate', 'register', 'optimize'];
    expect(await statesOf(first)).toEqual({
      ...Object.fromEntries(before.map((step) => [step, 'succeeded'])),
      approve: 'waiting',
    });
    await look();
    expect((await show(first)).run.state).toBe('waiting');
    await sign();
    await look();
    expect(await statesOf(first)).toMatchObject({ approve: 'succeeded', rollout: 'succeeded' });
    expect((await show(first)).run.state).toBe('succeeded');
    const [rollout] = await listRollouts(small.fleet.database.db);
    expect(rollout).toMatchObject({ line: 'delay', version: '1.0.0', state: { status: 'running' } });

    const again = await order();
    await look();
    expect(new Set(Object.values(await statesOf(again)))).toEqual(new Set(['cached']));
    expect((await show(again)).run.state).toBe('succeeded');

    // Only the gate reads it, and what comes after the gate reads the gate's answer.
    const gate = await order({ ...SMALL, permutations: 10 });
    await look();
    expect(await statesOf(gate)).toMatchObject({
      data: 'cached',
      validate: 'cached',
      split: 'cached',
      search: 'cached',
      evaluate: 'succeeded',
      register: 'succeeded',
      optimize: 'succeeded',
      approve: 'waiting',
    });
    expect((await call('POST', `/pipeline-runs/${gate}/cancel`, {})).status).toBe(200);
    expect(await listRollouts(small.fleet.database.db)).toHaveLength(1);
  });

  it('killed between every effect and its record, it makes nothing twice and runs only what was cut off', async () => {
    await put();
    const id = await order();
    const died: string[] = [];
    const killing = (kill: () => void): StepKinds =>
      Object.fromEntries(
        Object.entries(STEP_KINDS).map(([uses, kind]) => [
          uses,
          {
            ...kind,
            run: async (context, inputs) => {
              const answer = await kind.run(context, inputs);
              if (died.includes(uses)) return answer;
              died.push(uses);
              kill();
              return answer;
            },
          } satisfies StepKinds[string],
        ]),
      );
    for (let life = 0; life < 12; life += 1) {
      const { database, die } = mortal(small.fleet.database);
      await look(killing(die), database);
      if ((await pendingApprovals(small.fleet.database.db)).length > 0 && died.includes('approve')) {
        if ((await statesOf(id))['approve'] === 'waiting') await sign();
      }
      if ((await show(id)).run.state === 'succeeded') break;
    }
    expect(died).toEqual(Object.keys(STEP_KINDS));
    const { run, attempts } = await show(id);
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    for (const { name } of written.spec.steps) {
      expect(attempts.filter(({ step }) => step === name).map(({ state }) => state)).toEqual([
        'interrupted',
        'succeeded',
      ]);
    }
    const { db } = small.fleet.database;
    expect((await listModels(db, 'delay')).map(({ version }) => version)).toEqual(['1.0.0']);
    expect(await listRollouts(db)).toHaveLength(1);
    expect(await db.select().from(runs)).toMatchObject([{ state: 'finished', line: 'delay', version: '1.0.0' }]);
  });
});
