import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelTrial, TrialJob, TrialResult } from '../../../agent/src/ports/index.ts';
import * as hostile from './hostile-models.ts';

export interface TrialUnderTest {
  trial: ModelTrial;
  /** Whether a four-bit output kills the place, instead of being refused. */
  aborts: boolean;
  /** Makes the place where models run die, as the system does when memory runs out. */
  killPlace(): void;
  end(): Promise<void>;
}

const features = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    name: `f${i}`,
    type: 'number' as const,
    missing: 'refuse' as const,
    from: { column: `f${i}` },
  }));

const oneColumn: TrialJob['manifest'] = {
  inputs: [{ kind: 'columns', name: 'x', dtype: 'float32', batch: 'dynamic', features: features(1) }],
  output: { kind: 'value', value: 'y' },
};

const job = (model: Uint8Array, more: Partial<TrialJob> = {}): TrialJob => ({
  model,
  manifest: oneColumn,
  records: [{ values: { f0: -1 }, asOf: 0 }],
  deadlineMs: 30_000,
  memoryMb: 256,
  ...more,
});

/** Models made elsewhere by name, and why there are none. */
export interface ForeignModels {
  absent: string | undefined;
  read(name: string): Uint8Array;
}

const linearOf = (model: Uint8Array) =>
  job(model, {
    manifest: {
      inputs: [{ kind: 'columns', name: 'input', dtype: 'float32', batch: 'dynamic', features: features(12) }],
      output: { kind: 'classes', probabilities: 'probabilities', classes: ['0', '1', '2'], positive: '1' },
    },
    records: [1, 2, 3].map((n) => ({
      values: Object.fromEntries(features(12).map(({ name }, i) => [name, n * i])),
      asOf: 0,
    })),
  });

const scoresOf = (result: TrialResult | undefined) => (result?.ok === true ? result.scores : []);

/** What every ModelTrial must do with models that are not to be trusted. */
export function modelTrialContract(foreign: ForeignModels, open: () => Promise<TrialUnderTest>): void {
  const linear = () => linearOf(foreign.read('tab_tract_linear_classifier'));
  let under: TrialUnderTest;
  // One for all: no model may spoil the place for those that come after it.
  beforeAll(async () => {
    under = await open();
  });
  afterAll(() => under.end());

  describe.skipIf(foreign.absent)(`a model made elsewhere ${foreign.absent ?? ''}`, () => {
    it('is scored, one score a record, with what it cost', async () => {
      const result = await under.trial.run(linear());
      expect(result).toEqual({
        ok: true,
        scores: [expect.any(Number), expect.any(Number), expect.any(Number)],
        loadMs: expect.any(Number),
        runMs: expect.any(Number),
        peakMb: expect.any(Number),
      });
      expect(scoresOf(result).every((score) => score >= 0 && score <= 1)).toBe(true);
    });

    it('gives the same scores again, also after a bad one and in a crowd', async () => {
      const first = await under.trial.run(linear());
      const crowd = [linear(), job(hostile.notFinite()), linear(), linear()].map((one) => under.trial.run(one));
      const [second, bad, third, fourth] = await Promise.all(crowd);
      const scores = scoresOf(first);
      expect(scores).toHaveLength(3);
      expect([second, third, fourth].map(scoresOf)).toEqual([scores, scores, scores]);
      expect(bad).toMatchObject({ ok: false, reason: 'failed' });
    });

    it('with a fixed batch and one whole tensor runs record by record', async () => {
      const digit = { pixels: JSON.stringify(Array.from({ length: 784 }, (_, i) => i % 255)) };
      const result = await under.trial.run(
        job(foreign.read('vis_mnist8'), {
          manifest: {
            inputs: [{ kind: 'tensor', name: 'Input3', dtype: 'float32', shape: [1, 1, 28, 28], column: 'pixels' }],
            output: { kind: 'value', value: 'Plus214_Output_0' },
          },
          records: [
            { values: digit, asOf: 0 },
            { values: digit, asOf: 0 },
          ],
        }),
      );
      expect(result).toMatchObject({ ok: true });
      const [one, other] = scoresOf(result);
      expect(one).toBe(other);
    });
  });

  describe('a model that', () => {
    it('answers NaN has failed', async () => {
      const result = await under.trial.run(job(hostile.notFinite()));
      expect(result).toMatchObject({ ok: false, reason: 'failed', detail: expect.stringContaining('NaN') });
    });

    it('lacks the output of its manifest has failed', async () => {
      const result = await under.trial.run(job(hostile.otherOutput()));
      expect(result).toMatchObject({ ok: false, reason: 'failed', detail: expect.stringContaining('y') });
    });

    it('is no model has failed', async () => {
      const result = await under.trial.run(job(new TextEncoder().encode('garbage')));
      expect(result).toMatchObject({ ok: false, reason: 'failed' });
    });

    it('is given a record it cannot take has failed, naming the value', async () => {
      const result = await under.trial.run(job(hostile.notFinite(), { records: [{ values: {}, asOf: 0 }] }));
      expect(result).toMatchObject({ ok: false, reason: 'failed', detail: expect.stringContaining('values.f0') });
    });

    it('computes for ever has timed out, and the next one is not held up', async () => {
      const hangs = await under.trial.run(job(hostile.hanging(), { deadlineMs: 300 }));
      expect(hangs).toMatchObject({ ok: false, reason: 'timed_out' });
      const next = await under.trial.run(job(hostile.notFinite(), { records: [{ values: { f0: 1 }, asOf: 0 }] }));
      expect(next).toMatchObject({ ok: true, scores: [0] });
    });

    it('aborts its process has crashed, or has failed where the engine notices', async () => {
      const result = await under.trial.run(job(hostile.aborting()));
      const { aborts } = under;
      expect(result).toMatchObject({ ok: false, reason: aborts ? 'crashed' : 'failed', detail: expect.any(String) });
    });

    it('wants more memory than it was given gets none', async () => {
      const records = [{ values: { f0: 1 }, asOf: 0 }];
      const result = await under.trial.run(job(hostile.greedy(400), { records, memoryMb: 256 }));
      expect(result).toMatchObject({ ok: false, reason: expect.stringMatching(/^(failed|crashed)$/) });
    });

    it('wants the memory it was given gets it', async () => {
      const records = [{ values: { f0: 1 }, asOf: 0 }];
      const result = await under.trial.run(job(hostile.greedy(400), { records, memoryMb: 600 }));
      expect(result).toMatchObject({ ok: true, scores: [1] });
    });
  });

  it('says timed_out for any model when the deadline is over before it can answer', async () => {
    const records = Array.from({ length: 2000 }, () => ({ values: { f0: 1 }, asOf: 0 }));
    const result = await under.trial.run(job(hostile.notFinite(), { records, deadlineMs: 1 }));
    expect(result).toMatchObject({ ok: false, reason: 'timed_out' });
  });

  it('says crashed when its place is killed from outside, and starts again', async () => {
    await under.trial.run(job(hostile.notFinite(), { records: [{ values: { f0: 1 }, asOf: 0 }] }));
    const running = under.trial.run(job(hostile.hanging()));
    await new Promise((resolve) => setTimeout(resolve, 0));
    under.killPlace();
    expect(await running).toMatchObject({ ok: false, reason: 'crashed' });
    const next = await under.trial.run(job(hostile.notFinite(), { records: [{ values: { f0: 1 }, asOf: 0 }] }));
    expect(next).toMatchObject({ ok: true, scores: [0] });
  });
}
