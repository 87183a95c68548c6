import { openBundle, type ActivityRecord } from '@plumbline/shared/manifest';
import { createVirtualClock } from '@plumbline/shared/testing';
import { sha256Hex } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { createPredictor } from '../predict/predictor.ts';
import { createLinearInference, encodeLinear, type LinearModel } from '../testing/linear-inference.ts';
import { DEFAULT_MODEL, LINE, mintRelease } from '../testing/mint.ts';
import { newLine } from '../update/index.ts';
import { prove } from './prove.ts';

const WAIT_MS = 60_000;
const record: ActivityRecord = { values: { a: 1, b: 1 }, asOf: 0 };
const unreadable: ActivityRecord = { values: { a: 'high', b: 1 }, asOf: 0 };
const records = (count: number) => Array.from({ length: count }, () => record);

/** A line that has just been activated and proves itself by `wanted` records. */
async function proving({ stored = [] as ActivityRecord[], wanted = 5, model = DEFAULT_MODEL as LinearModel } = {}) {
  const clock = createVirtualClock();
  const predictor = createPredictor({ clock });
  const release = await mintRelease({ model });
  const bundle = await openBundle(release.archive, async (bytes) => sha256Hex(bytes));
  const session = await createLinearInference().load(bundle.model);
  const { manifest, reference } = bundle;
  const content = { sha256: release.assigned.sha256, version: '1.0.0', counter: 1 };
  const swap = (one: typeof session) => predictor.swap({ ...content, line: LINE, manifest, reference, session: one });
  swap(session);
  /** From now on every answer is nonsense. */
  const breakDown = async () =>
    swap(await createLinearInference().load(encodeLinear({ ...DEFAULT_MODEL, fault: 'nan' })));
  const stop = new AbortController();
  const asked: number[] = [];
  const storedRecords = (count: number) => {
    asked.push(count);
    return stored.slice(0, count);
  };
  const settings = () => ({ proveRecords: wanted, proveTimeoutMs: WAIT_MS });
  const proof = prove(
    { clock, predictor, settings, storedRecords, derive: (_, given) => given },
    { model: { ...newLine(LINE), state: 'proving', provingSince: clock.now() }, signal: stop.signal },
  );
  return { clock, predictor, proof, asked, stop, breakDown };
}

describe('a model that proves itself', () => {
  it('is proven by traffic as soon as there was enough of it', async () => {
    const { predictor, proof, asked } = await proving();
    await predictor.predict(records(2));
    await predictor.predict(records(3));
    expect(await proof).toEqual({ type: 'proved', proof: 'proven', detail: '5 records' });
    expect(asked).toEqual([]);
  });

  it('is proven on a quiet site by the records that were stored there', async () => {
    const { clock, proof } = await proving({ stored: records(9) });
    await clock.advance(WAIT_MS);
    expect(await proof).toEqual({ type: 'proved', proof: 'proven', detail: '0 records, 5 replayed' });
  });

  it('replays only what traffic left wanting', async () => {
    const { clock, predictor, proof, asked } = await proving({ stored: records(9) });
    await predictor.predict(records(2));
    await clock.advance(WAIT_MS);
    expect(await proof).toEqual({ type: 'proved', proof: 'proven', detail: '2 records, 3 replayed' });
    expect(asked).toEqual([3]);
  });

  it('tells no listener of the replay: no telemetry comes of it', async () => {
    const { clock, predictor, proof } = await proving({ stored: records(9) });
    let heard = 0;
    predictor.listen({ predicted: () => (heard += 1) });
    await clock.advance(WAIT_MS);
    await proof;
    expect(heard).toBe(0);
  });

  it('stays unproven without traffic and without stored records', async () => {
    const { clock, proof } = await proving();
    await clock.advance(WAIT_MS);
    expect(await proof).toEqual({ type: 'proved', proof: 'unproven: no traffic' });
  });

  it.each([
    [0, { type: 'proved', proof: 'unproven: no traffic' }],
    [1, { type: 'proved', proof: 'proven', detail: '1 records' }],
  ])('after %i records holds nothing against a model whose stored records cannot be read', async (traffic, proved) => {
    const { clock, predictor, proof } = await proving({ stored: [unreadable] });
    if (traffic > 0) await predictor.predict(records(traffic));
    await clock.advance(WAIT_MS);
    expect(await proof).toEqual(proved);
  });

  it('fails when it answers the replay with nonsense', async () => {
    const { clock, proof } = await proving({ stored: records(1), model: { ...DEFAULT_MODEL, fault: 'nan' } });
    await clock.advance(WAIT_MS);
    expect(await proof).toMatchObject({
      type: 'failed',
      reason: 'errors_in_service',
      detail: expect.stringMatching(/^replay of stored records: /),
    });
  });

  it('fails in service at the third faulty call, not waiting for the end', async () => {
    const { predictor, proof } = await proving({ model: { ...DEFAULT_MODEL, fault: 'nan' } });
    for (let call = 0; call < 3; call += 1) {
      await expect(predictor.predict([record])).rejects.toMatchObject({ kind: 'refused' });
    }
    expect(await proof).toEqual({ type: 'failed', reason: 'errors_in_service', detail: '3 of 3 calls failed' });
  });

  it.each([
    [57, { type: 'proved' }],
    [56, { type: 'failed', reason: 'errors_in_service', detail: '3 of 59 calls failed' }],
  ])('after %i good answers three faulty ones are a twentieth of all, or more', async (good, end) => {
    const { clock, predictor, proof, breakDown } = await proving({ wanted: 1000 });
    for (let call = 0; call < good; call += 1) await predictor.predict([record]);
    await breakDown();
    for (let call = 0; call < 3; call += 1) {
      await expect(predictor.predict([record])).rejects.toMatchObject({ code: 'output_not_finite' });
    }
    await clock.advance(WAIT_MS);
    expect(await proof).toMatchObject(end);
  });

  it('is not blamed for questions that make no sense', async () => {
    const { clock, predictor, proof } = await proving();
    for (let call = 0; call < 5; call += 1) {
      await expect(predictor.predict([unreadable])).rejects.toMatchObject({ kind: 'invalid' });
    }
    await clock.advance(WAIT_MS);
    expect(await proof).toEqual({ type: 'proved', proof: 'unproven: no traffic' });
  });

  it('says nothing when it is interrupted', async () => {
    const { proof, stop } = await proving({ stored: records(9) });
    stop.abort();
    expect(await proof).toBeUndefined();
  });
});
