import { describe, expect, it } from 'vitest';
import type { LabTensor, ModelLab } from '../../../platform/ports/index.ts';
import type { SampleSet } from '../samples/index.ts';
import { compareExpected } from './expected.ts';

const scores = (...values: number[]): LabTensor => ({
  name: 'scores',
  dtype: 'float32',
  dims: [values.length],
  data: Float32Array.from(values),
});
const label = (value: bigint): LabTensor => ({
  name: 'label',
  dtype: 'int64',
  dims: [1],
  data: BigInt64Array.of(value),
});
const input = scores(1);

/** Answers every run alike: by the first byte of the model. */
function labThat(answers: LabTensor[][]): ModelLab {
  return {
    run: async ({ model, runs }: { model: Uint8Array; runs: readonly unknown[] }) => {
      const outputs = answers[model[0] ?? 0];
      if (outputs === undefined) return { ok: false, reason: 'crashed', detail: 'gone' };
      return { ok: true, outputs: runs.map(() => outputs), loadMs: 0, runMs: 0, peakMb: 0 };
    },
  } as unknown as ModelLab;
}
const setOf = (expected: SampleSet['expected']): SampleSet =>
  ({ runs: [[input], [input]], ...(expected && { expected }) }) as unknown as SampleSet;
const plain = Uint8Array.of(0);
const other = Uint8Array.of(1);
const compare = (answers: LabTensor[][], expected: SampleSet['expected'], chosen?: Uint8Array) =>
  compareExpected(labThat(answers), { plain, chosen }, setOf(expected), ['node']);

describe('what an encoding answers beside what its origin gave', () => {
  it('is not compared where no sample says what is expected, or no engine runs it', async () => {
    expect(await compare([[scores(1)]], undefined)).toBeNull();
    expect(await compare([[scores(1)]], [[], []])).toBeNull();
    const set = setOf([[scores(1)], []]);
    expect(await compareExpected(labThat([[scores(1)]]), { plain, chosen: undefined }, set, [])).toBeNull();
  });

  it('counts the samples that say so, and no others', async () => {
    expect(await compare([[scores(1)]], [[scores(1)], []])).toEqual({
      runs: 1,
      plain: { maxDiff: 0, equal: true },
      chosen: null,
    });
  });

  it('may differ by a thousandth and a little, to either side', async () => {
    const wanted = [[scores(100, -100)], []];
    const near = await compare([[scores(100.1, -99.9)]], wanted);
    expect(near).toMatchObject({ plain: { equal: true } });
    expect(near?.plain.maxDiff).toBeCloseTo(0.1, 4);
    expect(await compare([[scores(100.2, -100)]], wanted)).toMatchObject({ plain: { equal: false } });
    expect(await compare([[scores(100, -99.8)]], wanted)).toMatchObject({ plain: { equal: false } });
  });

  it('takes not a number for equal to itself alone, and gives no largest difference for it', async () => {
    expect(await compare([[scores(NaN)]], [[scores(NaN)], []])).toMatchObject({ plain: { maxDiff: 0, equal: true } });
    expect(await compare([[scores(NaN)]], [[scores(1)], []])).toMatchObject({ plain: { maxDiff: null, equal: false } });
    expect(await compare([[scores(1)]], [[scores(NaN)], []])).toMatchObject({ plain: { maxDiff: null, equal: false } });
  });

  it('takes an infinity for equal to itself alone', async () => {
    const wanted = [[scores(Infinity, -Infinity)], []];
    expect(await compare([[scores(Infinity, -Infinity)]], wanted)).toMatchObject({
      plain: { maxDiff: 0, equal: true },
    });
    expect(await compare([[scores(5, -Infinity)]], wanted)).toMatchObject({ plain: { maxDiff: null, equal: false } });
    expect(await compare([[scores(Infinity, Infinity)]], wanted)).toMatchObject({ plain: { equal: false } });
  });

  it('has whole numbers as they are, outputs by their names, and dimensions as asked', async () => {
    expect(await compare([[label(3n)]], [[label(3n)], []])).toMatchObject({ plain: { maxDiff: 0, equal: true } });
    expect(await compare([[label(4n)]], [[label(3n)], []])).toMatchObject({ plain: { maxDiff: null, equal: false } });
    const both = await compare([[label(3n), scores(1)]], [[scores(1)], []]);
    expect(both).toMatchObject({ plain: { maxDiff: 0, equal: true } });
    expect(await compare([[label(3n)]], [[scores(1)], []])).toMatchObject({ plain: { maxDiff: null, equal: false } });
    expect(await compare([[scores(1, 1)]], [[scores(1)], []])).toMatchObject({
      plain: { maxDiff: null, equal: false },
    });
  });

  it('is told of both encodings, and of one that does not run', async () => {
    const wanted = [[scores(1)], [scores(1)]];
    expect(await compare([[scores(1)], [scores(2)]], wanted, other)).toEqual({
      runs: 2,
      plain: { maxDiff: 0, equal: true },
      chosen: { maxDiff: 1, equal: false },
    });
    expect(await compare([[scores(1)]], wanted, other)).toMatchObject({ chosen: { maxDiff: null, equal: false } });
    expect(await compare([[scores(1)]], wanted, plain)).toMatchObject({ chosen: { maxDiff: 0, equal: true } });
  });
});
