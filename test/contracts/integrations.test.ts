import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPlan } from '../../fleet-server/src/entry/cli/rollouts/read-plan.ts';
import {
  startRecordedServer,
  type RecordedServer,
} from '../../fleet-server/src/learning/experiments/mlflow/recorded-server.ts';
import { createFleet, eventually, type TestFleet } from '../harness/index.ts';
import { blocksOf, DOCS, filesOf, testedOf, type Block } from './docs-blocks.ts';
import { docsCommands } from './docs-commands.ts';

const BIN = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
/** Every command is a process of its own; a busy machine takes its time. */
const TIMEOUT_MS = 240_000;
const ROWS = 240;
const TRAIN = 'sh plumbline-step.sh train';
const STEPS = ['connect', 'train', 'register', 'wait', 'score', 'rollout'];
const SERVICES = ['airflow.md', 'kubeflow.md', 'sagemaker.md', 'azure-ml.md', 'vertex-ai.md', 'github-actions.md'];

const run = promisify(execFile);
const python = spawnSync('python3', ['--version']).status === 0;
const pages = new Map<string, Block[]>();
/** Commands that have run, word by word: where pages share one it runs once. */
const done = new Set<string>();
let fleet: TestFleet;
let mlflow: RecordedServer;
let folder: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  for (const page of await readdir(`${DOCS}integrations`)) pages.set(page, await blocksOf(`integrations/${page}`));
  fleet = await createFleet({ agents: 1 });
  mlflow = await startRecordedServer();
  folder = join(fleet.folder, 'work');
  await mkdir(folder);
  await writeFile(join(folder, 'delays.csv'), delays());
  for (const page of ['README.md', 'sagemaker.md']) {
    for (const [name, text] of filesOf(blocks(page))) await writeFile(join(folder, name), text);
  }
  const { token } = await fleet.client.post<{ token: string }>('/api/v1/operators', { name: 'ci' });
  environment = {
    ...process.env,
    PATH: `${BIN}${delimiter}${process.env['PATH'] ?? ''}`,
    PLUMBLINE_SERVER: await readFile(join(fleet.stateDir, 'server.json'), 'utf8'),
    PLUMBLINE_TOKEN: token,
    MLFLOW_TRACKING_URI: mlflow.uri,
    ALGORITHMS: 'logistic',
  };
}, TIMEOUT_MS);
afterAll(async () => {
  await mlflow[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
});

function blocks(page: string): Block[] {
  return pages.get(page) ?? [];
}

/** Steps that a file calls, in a shell or by name. */
function stepsIn(text: string): string[] {
  return text.match(/(?<=plumbline-step\.sh |")(?:connect|train|register|wait|score|rollout)\b/g) ?? [];
}

/** What pages of a schedule would hold: longer work, fewer people and concrete end late. */
function delays(): string {
  let state = 7;
  const draw = () => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return state / 0x7fff_ffff;
  };
  const rows = Array.from({ length: ROWS }, () => {
    const [days, crew] = [Math.round(2 + draw() * 38), 1 + Math.floor(draw() * 12)];
    const trade = ['concrete', 'steel', 'drywall'][Math.floor(draw() * 3)]!;
    const pull = (days - 20) / 6 - (crew - 6) / 2.5 + (trade === 'concrete' ? 1 : -0.5);
    const late = draw() < 1 / (1 + Math.exp(-1.5 * pull)) ? 1 : 0;
    return [days, crew, trade, `building-${Math.floor(draw() * 24)}`, late].join(',');
  });
  return ['planned_days,crew,trade,project,late', ...rows].join('\n');
}

/** Runs what of these commands has not run yet, as one shell would. */
async function runBlock(lines: readonly string[]): Promise<void> {
  const fresh = lines.filter((line) => !done.has(line));
  for (const line of fresh) done.add(line);
  if (fresh.length === 0) return;
  const script = `set -euo pipefail\n${fresh.join('\n')}`;
  await run('bash', ['-c', script], { cwd: folder, env: environment }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${fresh.join('; ')}\n${error.stdout}\n${error.stderr}`);
    },
  );
}

/**
 * Training takes longest, and so happens once: in the program of SageMaker's container, which calls the very step that
 * the other services call. What it leaves is unpacked into the folder `model`, as `launch.py` does.
 */
async function trainInContainer(): Promise<void> {
  const [container = []] = testedOf(blocks('sagemaker.md'));
  await runBlock(container);
  await cp(join(folder, 'ml/model'), join(folder, 'model'), { recursive: true });
  done.add(TRAIN);
}

describe('the steps that other orchestrators run', () => {
  it('bring a table to a signed version, its scores, and the gateway', { timeout: TIMEOUT_MS }, async () => {
    const [lines = [], ...others] = testedOf(blocks('README.md'));
    expect(others).toEqual([]);
    expect(lines).toEqual(STEPS.map((step) => `sh plumbline-step.sh ${step}`));
    for (const line of lines) {
      if (line === TRAIN) await trainInContainer();
      await runBlock([line]);
      // Somebody else, on another host.
      if (line.endsWith('register')) await fleet.approve();
    }
    expect((await readFile(join(folder, 'model/scores.csv'), 'utf8')).trim().split('\n')).toHaveLength(ROWS + 1);
    await eventually(
      'the gateway runs it',
      async () => {
        await fleet.server.advance();
        return fleet.devices[0]?.line('delay')?.running?.version === '1.0.0';
      },
      { withinMs: 60_000, turnMs: 200 },
    );
  });

  it.each([...SERVICES, 'mlflow.md'])('are tested where %s says so', { timeout: TIMEOUT_MS }, async (page) => {
    const tested = testedOf(blocks(page));
    expect(tested.length).toBeGreaterThan(0);
    for (const lines of tested) await runBlock(lines);
  });

  it('leave the model in the folder that SageMaker keeps, and a prediction that a program can ask for', async () => {
    expect(await readdir(join(folder, 'ml/model'))).toEqual(expect.arrayContaining(['model.onnx', 'card.md']));
    const answer = JSON.parse(await readFile(join(folder, 'answer.json'), 'utf8')) as {
      predictions: { score: number }[];
    };
    expect(answer.predictions[0]?.score).toBeGreaterThan(0.5);
  });

  it('leave the version in the registry of MLflow, and the runs: the import, and the training that was written down', () => {
    const runs = [...mlflow.runs.values()].filter(({ tags }) => tags.has('plumbline.run'));
    expect(runs.map(({ tags }) => tags.get('plumbline.kind')).toSorted()).toEqual(['import', 'train']);
    const trained = runs.find(({ tags }) => tags.get('plumbline.kind') === 'train')!;
    expect(trained.status).toBe('FINISHED');
    const figures = trained.metrics.map(({ key }) => key);
    expect(figures).toEqual(expect.arrayContaining(['auc', 'holdout.auc', 'fold.auc']));
    expect(mlflow.models.get('delay')?.versions).toMatchObject([{ version: '1' }]);
    expect([...mlflow.files.keys()].map((path) => basename(path))).toContain('model.onnx');
  });
});

describe('a file for a service', () => {
  it.each(SERVICES)('of %s calls no step that is not tested', (page) => {
    const commands = testedOf(blocks(page)).flat();
    const called = filesOf(blocks(page)).flatMap(([, text]) => stepsIn(text));
    expect(called.length).toBeGreaterThan(0);
    for (const step of called) expect([...commands, TRAIN]).toContain(`sh plumbline-step.sh ${step}`);
  });

  it.each(SERVICES)('of %s says that it did not run there', async (page) => {
    expect(await readFile(`${DOCS}integrations/${page}`, 'utf8')).toContain('**Not run against the service**');
  });

  it.each(['azure-ml.md', 'vertex-ai.md', 'github-actions.md'])('of %s is YAML', async (page) => {
    for (const [name, text] of filesOf(blocks(page))) {
      const path = join(folder, page, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      expect(Object.keys((await readPlan(path)) as object).length).toBeGreaterThan(0);
    }
  });

  it.skipIf(!python).each(['airflow.md', 'kubeflow.md', 'sagemaker.md'])(
    `of %s is Python${python ? '' : ' (there is no python3)'}`,
    async (page) => {
      const files = filesOf(blocks(page)).filter(([name]) => name.endsWith('.py'));
      expect(files).toHaveLength(1);
      const path = join(folder, `${page}.py`);
      await writeFile(path, files[0]![1]);
      await run('python3', ['-m', 'py_compile', path]);
    },
  );
});

docsCommands(() => ({ fleet, folder, rows: ROWS, env: environment }));
