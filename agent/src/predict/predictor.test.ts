import { createMemoryCrypto, createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { slotPath } from '../store/keys.ts';
import { writeSlot } from '../store/slot-files.ts';
import { createLinearInference, linearScore, type LinearModel } from '../testing/linear-inference.ts';
import { createMemoryFiles } from '../testing/memory-files.ts';
import { DEFAULT_MODEL, LINE, mintRelease } from '../testing/mint.ts';
import { loadModel } from './load.ts';
import { createPredictor } from './predictor.ts';

const record = (a: number | null, b: number | string) => ({ values: { a, b }, asOf: 0 });

function world() {
  const inference = createLinearInference();
  const files = createMemoryFiles();
  const predictor = createPredictor({ clock: createVirtualClock() });
  const ports = { files, inference, crypto: createMemoryCrypto(createSeededRandom(1)) };
  const load = async (model: LinearModel = DEFAULT_MODEL, version = '1.0.0') => {
    const { archive, assigned } = await mintRelease({ model, version });
    await writeSlot(files, slotPath(LINE, 'A'), archive);
    return loadModel(ports, LINE, 'A', { sha256: assigned.sha256, version, counter: 1 });
  };
  return { inference, files, predictor, load };
}

describe('the predictor', () => {
  let { inference, files, predictor, load } = world();
  beforeEach(() => {
    ({ inference, files, predictor, load } = world());
  });

  it('answers in the order of the records, missing values included', async () => {
    predictor.swap(await load());
    const predictions = await predictor.predict([record(1, 2), record(null, 1)]);
    expect(predictions.map(({ score }) => score)).toEqual([
      expect.closeTo(linearScore(DEFAULT_MODEL, [1, 2]), 6),
      expect.closeTo(linearScore(DEFAULT_MODEL, [0, 1]), 6),
    ]);
    expect(predictions[0]).toMatchObject({ line: LINE, version: '1.0.0', label: 'in time' });
  });

  it('runs the model once before it is asked', async () => {
    await load();
    expect(inference.runs()).toBe(1);
  });

  it('names the record and the value that the model cannot take', async () => {
    predictor.swap(await load());
    const call = predictor.predict([record(1, 2), record(1, 'wet')]);
    await expect(call).rejects.toMatchObject({ code: 'value_type', field: 'records[1].values.b' });
  });

  it('gives reasons that add to the score of a linear model, the strongest first and no more than asked', async () => {
    predictor.swap(await load());
    const [both] = await predictor.predict([record(1, 2)], { reasons: true });
    expect(both?.reasons?.map(({ feature }) => feature)).toEqual(['b', 'a']);
    const [one] = await predictor.predict([record(1, 2)], { reasons: true, top: 1 });
    expect(one?.reasons?.map(({ feature }) => feature)).toEqual(['b']);
  });

  it('has calls answered by the model they began with, and closes it after the last', async () => {
    predictor.swap(await load());
    const before = predictor.predict([record(1, 2)], { reasons: true });
    predictor.swap(await load({ weights: [0, 0], bias: 0 }, '1.0.1'));
    const after = predictor.predict([record(1, 2)]);
    expect([(await before)[0]?.version, (await after)[0]?.version]).toEqual(['1.0.0', '1.0.1']);
    expect(inference.openSessions()).toBe(1);
    await predictor.close();
    expect(inference.openSessions()).toBe(0);
  });

  it('keeps to one run at a time when many ask at once', async () => {
    predictor.swap(await load());
    const calls = Array.from({ length: 50 }, (_, i) => predictor.predict([record(i, 0)]));
    const scores = (await Promise.all(calls)).map(([one]) => one?.score);
    expect(scores).toEqual(Array.from({ length: 50 }, (_, i) => expect.closeTo(linearScore(DEFAULT_MODEL, [i, 0]), 6)));
  });

  it('says that nothing runs here, and which line is meant is not clear', async () => {
    await expect(predictor.predict([record(1, 1)])).rejects.toMatchObject({ code: 'no_model', kind: 'unavailable' });
    const model = await load();
    predictor.swap(model);
    predictor.swap({ ...model, line: 'cost' });
    await expect(predictor.predict([record(1, 1)])).rejects.toMatchObject({
      code: 'line_unknown',
      expected: 'delay | cost',
    });
    expect(await predictor.predict([record(1, 1)], { line: 'cost' })).toHaveLength(1);
  });

  it('limits the records of a call', async () => {
    predictor.swap(await load());
    const call = predictor.predict(Array.from({ length: 10_001 }, () => record(1, 1)));
    await expect(call).rejects.toMatchObject({ code: 'too_many_records', kind: 'too-large' });
  });

  it('does not load bytes that changed on disk', async () => {
    const { archive, assigned } = await mintRelease();
    await writeSlot(files, slotPath(LINE, 'A'), archive);
    files.damage(`${slotPath(LINE, 'A')}/model.onnx`, 10);
    const content = { sha256: assigned.sha256, version: '1.0.0', counter: 1 };
    const ports = { files, inference, crypto: createMemoryCrypto(createSeededRandom(1)) };
    await expect(loadModel(ports, LINE, 'A', content)).rejects.toMatchObject({ code: 'slot_damaged' });
  });
});
