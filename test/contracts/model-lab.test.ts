import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab, type ProcessLab } from '../../fleet-server/src/platform/adapters/index.ts';
import { ENGINES, type Engine } from '../../fleet-server/src/platform/ports/index.ts';
import { foreignModels } from '../../fleet-server/src/supply/onnx/foreign-models.ts';
import { hanging } from '../contracts-agent/models/hostile-models.ts';
import { column, identity } from './lab-models.ts';
import { modelLabContract, outputsOf } from './model-lab.contract.ts';

const ORPHAN_MAIN = fileURLToPath(new URL('./orphan-lab-main.ts', import.meta.url));

const foreign = foreignModels();
const limits = { deadlineMs: 30_000, memoryMb: 256 };
const small = (engine: Engine) => ({ engine, model: identity('float32'), runs: [[column(1)]], ...limits });

describe('the lab in child processes', () => {
  let lab: ProcessLab;
  beforeAll(() => {
    lab = createModelLab();
  });
  afterAll(() => lab.close());

  describe.each(ENGINES)('on %s', (engine) => {
    modelLabContract(engine, {
      lab: () => lab,
      killPlace(of) {
        const pid = lab.childPid(of);
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
      },
    });

    it('keeps a child while jobs end well, and takes a new one after one that did not', async () => {
      const pids: unknown[] = [];
      for (let i = 0; i < 5; i++) {
        await lab.run(small(engine));
        pids.push(lab.childPid(engine));
      }
      // Not all five must be one: what the runtime compiles in the background can look like memory of a model.
      expect(new Set(pids).size).toBeLessThan(5);
      await lab.run({ ...small(engine), model: new Uint8Array(3) });
      await lab.run(small(engine));
      expect(pids).not.toContain(lab.childPid(engine));
    });

    it('lets nothing of our environment into the child', async () => {
      await lab.run(small(engine));
      const names = readFileSync(`/proc/${lab.childPid(engine)}/environ`, 'utf8')
        .split('\0')
        .map((line) => line.split('=')[0]);
      // PWD and the like come from the shell that starts it; the channel is that of its answers.
      const known = [
        'MALLOC_ARENA_MAX',
        'NODE_CHANNEL_FD',
        'NODE_CHANNEL_SERIALIZATION_MODE',
        'PWD',
        'SHLVL',
        'OLDPWD',
        '_',
        '',
      ];
      expect(names.filter((name) => !known.includes(name ?? ''))).toEqual([]);
      expect(process.env['PATH']).toBeDefined();
    });
  });

  it('works on both engines side by side', async () => {
    await lab.run(small('node'));
    const endless = lab.run({ ...small('node'), model: hanging() });
    expect(await lab.run(small('wasm'))).toMatchObject({ ok: true });
    process.kill(lab.childPid('node') ?? 0, 'SIGKILL');
    expect(await endless).toMatchObject({ ok: false, reason: 'crashed' });
  });

  it.skipIf(foreign.absent)(`finds both engines of one mind ${foreign.absent ?? ''}`, async () => {
    const model = foreign.read('tab_pytorch_mlp_iris');
    const x = {
      name: 'input',
      dtype: 'float32',
      dims: [3, 4],
      data: Float32Array.from({ length: 12 }, (_, i) => i / 2),
    };
    const answers = await Promise.all(ENGINES.map((engine) => lab.run({ ...small(engine), model, runs: [[x]] })));
    const [ofNode, ofWasm] = answers.map((answer) => outputsOf(answer)[0]?.[0]);
    expect(ofNode?.data).toHaveLength(9);
    for (const [i, number] of (ofNode?.data ?? []).entries()) {
      expect(Math.abs(Number(number) - Number(ofWasm?.data[i]))).toBeLessThan(1e-5);
    }
  });
});

describe('a lab that is closed', () => {
  it('ends what runs at once, and refuses what waits or comes later', async () => {
    const lab = createModelLab();
    await lab.run(small('node'));
    const running = lab.run({ ...small('node'), model: hanging() });
    const waiting = lab.run(small('node')).catch((cause: unknown) => cause);
    await new Promise((resolve) => setImmediate(resolve));
    const pid = lab.childPid('node');
    await lab.close();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(await running).toMatchObject({ ok: false, reason: 'crashed' });
    expect(await waiting).toMatchObject({ code: 'trial_unavailable' });
    await expect(lab.run(small('wasm'))).rejects.toMatchObject({ code: 'trial_unavailable' });
  });

  it('leaves no process behind that was only being started', async () => {
    const lab = createModelLab();
    const starting = lab.run(small('node')).catch((cause: unknown) => cause);
    await new Promise((resolve) => setImmediate(resolve));
    await lab.close();
    expect(await starting).toMatchObject({ code: 'trial_unavailable' });
    expect(lab.childPid('node')).toBeUndefined();
  });
});

it('children of a lab die with their server, also in the middle of models that never end', async () => {
  const server = fork(ORPHAN_MAIN);
  const [pids]: unknown[] = await once(server, 'message');
  const alive = () => (pids as number[]).filter((pid) => existsSync(`/proc/${pid}`));
  expect(alive()).toHaveLength(2);
  server.kill('SIGKILL');
  // The test ends when the processes do, or by its own timeout.
  while (alive().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(alive()).toEqual([]);
});
