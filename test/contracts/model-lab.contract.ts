import { describe, expect, it } from 'vitest';
import type {
  Engine,
  HeldModel,
  LabJob,
  LabResult,
  LabTensor,
  ModelLab,
} from '../../fleet-server/src/platform/ports/index.ts';
import { foreignModels } from '../../fleet-server/src/supply/onnx/foreign-models.ts';
import type { DType } from '@plumbline/shared/onnx';
import * as hostile from '../contracts-agent/models/hostile-models.ts';
import { bitsOf, column, heavy, identity, twoOutputs, VALUES, withSequence } from './lab-models.ts';

export interface LabUnderTest {
  lab(): ModelLab;
  /** Makes the place where models of an engine run die, as the system does when memory runs out. */
  killPlace(engine: Engine): void;
}

const foreign = foreignModels();

/** What every ModelLab must do on every engine. */
export function modelLabContract(engine: Engine, { lab, killPlace }: LabUnderTest): void {
  const jobOf = (model: Uint8Array, more: Partial<LabJob> = {}): LabJob => ({
    engine,
    model,
    runs: [[column(1)]],
    deadlineMs: 30_000,
    memoryMb: 256,
    ...more,
  });
  const run = (model: Uint8Array, more?: Partial<LabJob>) => lab().run(jobOf(model, more));
  const raceOf = (contender: Uint8Array, baseline: Uint8Array, x: LabTensor, pairs: number) =>
    lab().race({
      engine,
      contender,
      baseline,
      run: [x],
      pairs,
      callsPerSample: 20,
      deadlineMs: 30_000,
      memoryMb: 256,
    });

  describe('brings back as it went in', () => {
    it.each(Object.entries(VALUES) as [DType, LabTensor['data']][])('%s', async (dtype, data) => {
      const tensors: LabTensor[] = [
        { name: 'x', dtype, dims: [2, 2], data },
        { name: 'x', dtype, dims: [0, 3], data: data.slice(0, 0) },
        { name: 'x', dtype, dims: [4, 1], data },
      ];
      const many = await run(identity(dtype), { runs: tensors.map((one) => [one]) });
      const scalar: LabTensor = { name: 'x', dtype, dims: [], data: data.slice(1, 2) };
      const one = await run(identity(dtype, []), { runs: [[scalar]] });
      const got = [...outputsOf(many), ...outputsOf(one)].map(([y]) => y && told(y));
      expect(got).toEqual([...tensors, scalar].map((tensor) => ({ ...told(tensor), name: 'y' })));
    });
  });

  it('answers many runs in their order, and says what they cost', async () => {
    const runs = Array.from({ length: 1200 }, (_, i) => [column(i)]);
    const result = await run(identity('float32'), { runs });
    expect(outputsOf(result).map(([y]) => y?.data[0])).toEqual(runs.map((_, i) => i));
    expect(result).toMatchObject({
      loadMs: expect.any(Number),
      runMs: expect.any(Number),
      peakMb: expect.any(Number),
    });
  });

  it('only loads a model when there is nothing to run', async () => {
    expect(await run(identity('float32'), { runs: [] })).toMatchObject({ ok: true, outputs: [] });
  });

  it('answers runs of several megabytes each', async () => {
    const rows = 1_500_000;
    const runs = [1, 2, 3, 4].map((filling) => [
      { name: 'x', dtype: 'float32', dims: [rows, 1], data: new Float32Array(rows).fill(filling) },
    ]);
    const result = await run(identity('float32'), { runs });
    expect(outputsOf(result).map(([y]) => [y?.dims, y?.data[0], y?.data[rows - 1]])).toEqual(
      [1, 2, 3, 4].map((filling) => [[rows, 1], filling, filling]),
    );
  });

  it('runs a model of 64 MB', async () => {
    const result = await run(heavy(64), { runs: [[column(2)], [column(3)]] });
    expect(outputsOf(result).map(([y]) => y?.data[0])).toEqual([1, 1.5]);
  });

  it('gives all outputs in the order of the graph, or those asked for in theirs', async () => {
    expect(namesOf(await run(twoOutputs()))).toEqual([
      ['twice', 2],
      ['zero', 0],
    ]);
    expect(namesOf(await run(twoOutputs(), { outputs: ['zero', 'twice'] }))).toEqual([
      ['zero', 0],
      ['twice', 2],
    ]);
    expect(namesOf(await run(twoOutputs(), { outputs: ['zero'] }))).toEqual([['zero', 0]]);
  });

  it('gives the tensors of a model that has other outputs, too, and names one of those', async () => {
    expect(await run(withSequence(), { outputs: ['y'] })).toMatchObject({ ok: true });
    expect(await run(withSequence())).toEqual({
      ok: false,
      reason: 'failed',
      detail: 'output "list" is no tensor but a sequence, map or optional',
    });
  });

  describe('has failed, with words, for', () => {
    const wide: LabTensor = { name: 'x', dtype: 'float64', dims: [1, 1], data: Float64Array.of(1) };
    it.each<[string, Uint8Array, Partial<LabJob>, RegExp]>([
      ['a missing input', identity('float32'), { runs: [[]] }, /x/],
      ['another element type', identity('float32'), { runs: [[wide]] }, /double/],
      ['dims that do not fit the data', identity('float32'), { runs: [[{ ...column(1), dims: [2, 1] }]] }, /./],
      ['an output that it lacks', identity('float32'), { outputs: ['z'] }, /z/],
    ])('%s', async (_, model, more, words) => {
      expect(await run(model, more)).toEqual({ ok: false, reason: 'failed', detail: expect.stringMatching(words) });
    });
  });

  describe('a model that', () => {
    const works = { ok: true, outputs: [[{ ...column(1), name: 'y' }]] };

    it('aborts its process does so alone', async () => {
      const result = await run(hostile.aborting());
      // The native binding aborts; that of wasm throws.
      expect(result).toMatchObject({ ok: false, reason: engine === 'node' ? 'crashed' : 'failed' });
      expect(await run(identity('float32'))).toMatchObject(works);
    });

    it('computes for ever has timed out, and the next one is not held up', async () => {
      const hangs = await run(hostile.hanging(), { deadlineMs: 400 });
      expect(hangs).toEqual({ ok: false, reason: 'timed_out', detail: 'no answer within 400 ms' });
      expect(await run(identity('float32'))).toMatchObject(works);
    });

    it.each([400, 8192])('wants %i MB and was given 256 gets none', async (sizeMb) => {
      const result = await run(hostile.greedy(sizeMb));
      expect(result).toMatchObject({ ok: false, reason: expect.stringMatching(/^(failed|crashed)$/) });
    });

    it('wants the memory it was given gets it, and is told what it took, which is not held against the next', async () => {
      const { peakMb } = okOf(await run(hostile.greedy(200)));
      expect(peakMb).toBeGreaterThan(180);
      expect(peakMb).toBeLessThan(240);
      expect(okOf(await run(identity('float32'))).peakMb).toBeLessThan(32);
    });

    it('runs where something kills the process has crashed, and the next one runs', async () => {
      await run(identity('float32'));
      const running = run(hostile.hanging());
      await new Promise((resolve) => setImmediate(resolve));
      killPlace(engine);
      expect(await running).toMatchObject({ ok: false, reason: 'crashed' });
      expect(await run(identity('float32'))).toMatchObject(works);
    });
  });

  it('answers a crowd of jobs, each with its own', async () => {
    const crowd = [3, 1, 2].map((x) => run(identity('float32'), { runs: [[column(x)]] }));
    const bad = run(new Uint8Array(3));
    const results = await Promise.all([...crowd, run(identity('float32'), { runs: [[column(7)]] })]);
    expect(results.map((result) => outputsOf(result)[0]?.[0]?.data[0])).toEqual([3, 1, 2, 7]);
    expect(await bad).toMatchObject({ ok: false, reason: 'failed' });
  });

  describe('a model that is held', () => {
    it('answers call after call, beside another one, and not after it was closed', async () => {
      const held = lab().hold({ engine, model: identity('float32'), memoryMb: 256 });
      const other = lab().hold({ engine, model: twoOutputs(), memoryMb: 256, outputs: ['twice'] });
      expect(await Promise.all([ask(held, 1), ask(other, 2), ask(held, 3)])).toEqual([1, 4, 3]);
      await Promise.all([held.close(), other.close()]);
      await expect(ask(held, 1)).rejects.toMatchObject({ code: 'trial_unavailable' });
    });

    it('is loaded again after a call that killed its process', async () => {
      const held = lab().hold({ engine, model: identity('float32'), memoryMb: 256 });
      expect(await held.run([[column(1)]], 0)).toMatchObject({ ok: false, reason: 'timed_out' });
      expect(await ask(held, 2)).toBe(2);
      await held.close();
    });
  });

  describe('a race', () => {
    it('of a model with itself is a draw', async () => {
      const result = await raceOf(identity('float32'), identity('float32'), column(1), 15);
      if (!result.ok) throw new Error(result.detail);
      expect([result.contenderUs.length, result.baselineUs.length]).toEqual([15, 15]);
      const ratio = medianOf(result.contenderUs.map((us, i) => us / (result.baselineUs[i] ?? 0)));
      expect(ratio).toBeGreaterThan(0.5);
      expect(ratio).toBeLessThan(2);
    });

    it('is lost by a model that does far more', async () => {
      const result = await raceOf(hostile.greedy(4), identity('float32'), column(1), 5);
      if (!result.ok) throw new Error(result.detail);
      // Medians: a busy machine may stretch any one sample.
      expect(medianOf(result.contenderUs)).toBeGreaterThan(2 * medianOf(result.baselineUs));
    });

    it('that one of them cannot run names which', async () => {
      const bad = await raceOf(identity('float32'), new Uint8Array(3), column(1), 1);
      expect(bad).toMatchObject({ ok: false, reason: 'failed', detail: expect.stringMatching(/^baseline: /) });
    });
  });

  describe.skipIf(foreign.absent)(`models made elsewhere ${foreign.absent ?? ''}`, () => {
    it('in half precision run on their 16 bits', async () => {
      const x = { name: 'data_0', dtype: 'float16', dims: [1, 3, 224, 224], data: new Uint16Array(3 * 224 * 224) };
      const [[y] = []] = outputsOf(await run(foreign.read('vis_squeezenet_fp16'), { runs: [[x]] }));
      expect(y).toMatchObject({ dtype: 'float16', data: expect.any(Uint16Array) });
      expect(y?.data.length).toBe(1000);
    });

    it('with a ZipMap answer their label', async () => {
      const x = { name: 'float_input', dtype: 'float32', dims: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
      const job = { runs: [[x]], outputs: ['label'] };
      const [[label] = []] = outputsOf(await run(foreign.read('tab_logreg_iris'), job));
      expect(label).toMatchObject({ dtype: 'int64', dims: [3], data: expect.any(BigInt64Array) });
    });
  });
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function namesOf(result: LabResult): unknown {
  return outputsOf(result)[0]?.map(({ name, data }) => [name, data[0]]);
}

function told({ name, dtype, dims, data }: LabTensor): object {
  return { name, dtype, dims, bits: bitsOf(data) };
}

export function okOf(result: LabResult): Extract<LabResult, { ok: true }> {
  if (!result.ok) throw new Error(`${result.reason}: ${result.detail}`);
  return result;
}

export function outputsOf(result: LabResult): LabTensor[][] {
  return okOf(result).outputs;
}

async function ask(held: HeldModel, x: number) {
  const result = await held.run([[column(x)]], 30_000);
  return result.ok ? result.outputs[0]?.[0]?.data[0] : result.reason;
}
