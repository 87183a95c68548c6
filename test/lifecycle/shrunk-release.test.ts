import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBundle } from '@plumbline/shared/manifest';
import { sha256Hex } from '@plumbline/shared/trust';
import type { Measured, TrialRow, VersionSummary } from '../../fleet-server/src/supply/models/index.ts';
import { openWorkbench } from '../../fleet-server/src/workbench.ts';
import { createFleet, forestModel, runProgram, type Device, type TestFleet } from '../harness/index.ts';
import { runCommand } from '../harness/run-command.ts';

const RECORDS = Array.from({ length: 50 }, (_, row) => ({ a: (row % 7) - 3.5, b: (row % 11) / 2 - 2 }));
const MODEL = forestModel('delay');

/** What a bare session answers: probability of class 1. */
async function bareScores(model: Uint8Array): Promise<number[]> {
  const session = await InferenceSession.create(model);
  const values = Float32Array.from(RECORDS.flatMap(({ a, b }) => [a, b]));
  const { probabilities } = await session.run({ numbers: new Tensor('float32', values, [RECORDS.length, 2]) });
  await session.release();
  return RECORDS.map((_, row) => Number(probabilities?.data[2 * row + 1]));
}

describe('a release of a forest that a converter wrote', () => {
  let fleet: TestFleet;
  let gateway: Device;
  let summary: VersionSummary;
  let chosen: TrialRow;

  beforeAll(async () => {
    fleet = await createFleet();
    gateway = await fleet.add('gateway-1');
    await fleet.publish(MODEL);
    summary = await fleet.client.get<VersionSummary>('/api/v1/models/delay/1.0.0');
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  it('holds the encoding that is smallest on the wire of those that pass', async () => {
    const trials = summary.card['trials'] as TrialRow[];
    const passing = trials.filter(({ verdict }) => verdict === 'pass');
    [chosen] = trials.filter(({ chosenFor }) => chosenFor.includes('linux-x64-gateway')) as [TrialRow];
    expect(chosen.wire.brotli).toBe(Math.min(...passing.map(({ wire }) => wire.brotli)));
    expect(chosen.bytes).toBeLessThan(MODEL.bytes.length / 4);
    expect(summary.variants.map(({ variant }) => variant)).toContain(chosen.recipe);
    expect(trials.length).toBeGreaterThan(3);
  });

  it('says on its card what was tried, and nothing that another machine would measure otherwise', async () => {
    const variant = summary.variants.find((one) => one.variant === chosen.recipe)!;
    const archive = await fleet.client.bytes(`/api/v1/artifacts/${variant.archive}`);
    const { files } = await openBundle(archive, async (bytes) => sha256Hex(bytes));
    const card = new TextDecoder().decode(files['card.json']);
    expect((JSON.parse(card) as { trials: TrialRow[] }).trials).toEqual(summary.card['trials']);
    expect(card).not.toMatch(/latency|loadMs|peakMb|"us"/);
    const beside = await fleet.client.bytes(`/api/v1/artifacts/${String(summary.card['measured'])}`);
    const { trials } = JSON.parse(new TextDecoder().decode(beside)) as Measured;
    for (const engine of ['node', 'wasm'] as const) {
      expect(trials[chosen.recipe]?.[engine]?.latency?.ratio).toBeGreaterThan(0);
    }
  });

  it('is run by a gateway as the bare runtime runs those bytes, and near what the original says', async () => {
    await fleet.assign(gateway.name, 'delay', '1.0.0');
    await gateway.reaches('proving', 'delay', '1.0.0');
    const inSlot = await readFile(join(gateway.slot('delay'), 'model.onnx'));
    expect(sha256Hex(inSlot)).toBe(chosen.sha256);
    const answers = await gateway.agent.predict(RECORDS.map((values) => ({ values, asOf: Date.now() })));
    const [bare, original] = [await bareScores(inSlot), await bareScores(MODEL.bytes)];
    const apart = (other: number[]) => Math.max(...answers.map(({ score }, row) => Math.abs(score - other[row]!)));
    expect(apart(bare)).toBeLessThan(1e-5);
    expect(apart(original)).toBeLessThan(0.15);
    expect(apart(original)).toBeGreaterThanOrEqual(apart(bare));
  });

  it('can be shrunk again from what came in, without a server', async () => {
    await using bench = openWorkbench();
    const { bytes, output } = await bench.readModel(fleet.stateDir, 'delay', '1.0.0');
    expect(sha256Hex(bytes)).toBe(sha256Hex(MODEL.bytes));
    expect(output).toEqual(MODEL.mapping['output']);
    const unknown = bench.readModel(fleet.stateDir, 'delay', '9.9.9');
    await expect(unknown).rejects.toMatchObject({ code: 'model_unknown', field: 'model' });
    const nowhere = bench.readModel(fleet.folder, 'delay', '1.0.0');
    await expect(nowhere).rejects.toMatchObject({ code: 'state_not_found', field: '--state' });
  });

  it('is written out by the command line, plain and as the payloads of the profile', async () => {
    const out = await mkdtemp(join(tmpdir(), 'plumbline-out-'));
    try {
      const args = ['--state', fleet.stateDir, '--json', 'models', 'optimize', 'delay@1.0.0', '--out', out];
      const { out: text, exitCode } = await runProgram('plumbline', [...args, '--profile', 'raspberry-pi-4']);
      expect(exitCode).toBe(0);
      const report = JSON.parse(text) as {
        outcome: string;
        chosen: { recipe: string };
        trials: { recipe: string; verdict: string; latency: object }[];
      };
      expect(report.outcome).toBe('optimized');
      const passed = report.trials.filter(({ verdict }) => verdict === 'pass').map(({ recipe }) => recipe);
      expect(passed).toContain(report.chosen.recipe);
      const names = passed.flatMap((recipe) => ['', '.br', '.deflate'].map((end) => `${recipe}.onnx${end}`));
      expect((await readdir(out)).toSorted()).toEqual(names.toSorted());
      const plain = await readFile(join(out, `${report.chosen.recipe}.onnx`));
      const payload = await readFile(join(out, `${report.chosen.recipe}.onnx.br`));
      expect(brotliDecompressSync(payload)).toEqual(plain);
      expect(await bareScores(plain)).toHaveLength(RECORDS.length);
    } finally {
      await rm(out, { recursive: true });
    }
  });

  it('is refused by code where nothing of the profile or the file can be', async () => {
    const here = { cwd: fleet.folder, env: process.env };
    const missing = await runCommand(['models', 'optimize', 'nowhere.onnx', '--profile', 'ipad-10'], here);
    expect(missing).toMatchObject({ code: 4, err: expect.stringContaining('[file_unreadable]') });
    const unknown = await runCommand(['models', 'optimize', 'nowhere.onnx', '--profile', 'ipad-1'], here);
    expect(unknown).toMatchObject({ code: 4, err: expect.stringContaining('[profile_unknown]') });
  });
});
