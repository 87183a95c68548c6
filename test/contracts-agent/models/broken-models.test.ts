import type { Manifest } from '@plumbline/shared/manifest';
import { afterAll, describe, expect, it } from 'vitest';
import { createProcessTrial } from '../../../agent/src/node/models/process-trial.ts';
import { assignTo, FIRST_RELEASE, lineOf, QUICK } from '../../../agent/src/testing/installed-device.ts';
import { createLinearInference, createLinearTrial } from '../../../agent/src/testing/linear-inference.ts';
import { mintRelease, reissue } from '../../../agent/src/testing/mint.ts';
import { createTestDevice, type TestDevice } from '../../../agent/src/testing/test-device.ts';
import type { ModelTrial } from '../../../agent/src/ports/index.ts';
import * as hostile from './hostile-models.ts';

const WIRING: Pick<Manifest, 'inputs' | 'output'> = {
  inputs: [
    {
      kind: 'columns',
      name: 'x',
      dtype: 'float32',
      batch: 1,
      features: [{ name: 'a', type: 'number', missing: 'refuse', from: { column: 'a' } }],
    },
  ],
  output: { kind: 'value', value: 'y' },
};

const BROKEN: [string, Uint8Array, string, number][] = [
  ['aborts its process', hostile.aborting(), 'model_unloadable', 30_000],
  ['computes for ever', hostile.hanging(), 'self_test_timeout', 300],
  ['answers NaN', hostile.notFinite(), 'model_unloadable', 30_000],
  ['takes 8 GB', hostile.greedy(8192), 'model_unloadable', 30_000],
];

/** The clock of the device is virtual and the trial process is not: one is moved while the other is waited for. */
async function until(device: TestDevice, state: string): Promise<void> {
  while (lineOf(device).state !== state) {
    await device.clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Assigns the model under this counter and waits for the answer. */
async function send(device: TestDevice, onnx: Uint8Array, counter: number): Promise<void> {
  const graph = { onnx, scoreOf: () => 0, opset: 21, tolerance: 1 };
  const broken = await mintRelease({ counter: 2, version: '1.0.1', graph, wiring: WIRING });
  await assignTo(device, counter, reissue(broken, counter), { others: [FIRST_RELEASE] });
  await device.pass(300);
  await until(device, 'refused');
  await device.pass(500);
}

describe('a device that is sent a broken model, correctly signed', () => {
  const real = createProcessTrial();
  const linear = createLinearTrial(createLinearInference());
  let trials = 0;
  /** The model in force stands for one that works; only what is broken needs a process that may die. */
  const trial: ModelTrial = {
    run(job) {
      const isOnnx = job.model[0] !== '{'.charCodeAt(0);
      trials += isOnnx ? 1 : 0;
      return isOnnx ? real.run(job) : linear.run(job);
    },
    close: async () => undefined,
  };
  afterAll(() => real.close());

  async function deviceWith(trialTimeoutMs: number): Promise<TestDevice> {
    const device = await createTestDevice({ settings: { trialTimeoutMs } }, undefined, { trial });
    await device.start();
    await assignTo(device, 1, FIRST_RELEASE, { settings: QUICK });
    await device.pass(2000);
    await device.agent().predict([{ values: { a: 1, b: 1 }, asOf: 0 }]);
    await until(device, 'committed');
    trials = 0;
    return device;
  }

  it.each(BROKEN)('keeps the old one and says so when it %s', async (_what, onnx, reason, withinMs) => {
    const device = await deviceWith(withinMs);
    await send(device, onnx, 2);
    const report = { state: 'refused', reason, running: { version: '1.0.0', counter: 1 } };
    expect(lineOf(device)).toMatchObject(report);
    expect(device.server.reports.at(-1)?.models).toMatchObject([report]);
    expect(await device.agent().predict([{ values: { a: 1, b: 1 }, asOf: 0 }])).toMatchObject([{ version: '1.0.0' }]);
    await device.agent().stop();
  });

  it('tries it three times at most, however often it is assigned', async () => {
    const device = await deviceWith(30_000);
    for (let counter = 2; counter <= 5; counter += 1) await send(device, hostile.aborting(), counter);
    expect(lineOf(device)).toMatchObject({ reason: 'given_up', running: { version: '1.0.0' } });
    expect(trials).toBe(3);
    await device.agent().stop();
  });
});
