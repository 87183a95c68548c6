import { agrees } from '@plumbline/shared/predict';
import { createMemoryCrypto, createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import { slotPath } from '../store/keys.ts';
import { writeSlot } from '../store/slot-files.ts';
import { createLinearInference } from '../testing/linear-inference.ts';
import { createMemoryFiles } from '../testing/memory-files.ts';
import { DEFAULT_MODEL, LINE, mintRelease } from '../testing/mint.ts';
import { loadModel, type LoadedModel } from './load.ts';
import { createPredictor } from './predictor.ts';
import { deriveStructure, type Derived } from './structure.ts';

const record = { values: { a: 1, b: 2 }, asOf: 0 };

async function loaded(): Promise<LoadedModel> {
  const files = createMemoryFiles();
  const { archive, assigned } = await mintRelease({ model: DEFAULT_MODEL, version: '1.0.0' });
  await writeSlot(files, slotPath(LINE, 'A'), archive);
  const ports = { files, inference: createLinearInference(), crypto: createMemoryCrypto(createSeededRandom(1)) };
  return loadModel(ports, LINE, 'A', { sha256: assigned.sha256, version: '1.0.0', counter: 1 });
}

/** A structure that says of every record the same. */
function derived(contributions: number[], score: number): Derived {
  return {
    explainer: {
      method: 'weights',
      scale: 'margin',
      approximate: false,
      base: 1,
      explain: () => ({
        raw: 1 + contributions.reduce((a, b) => a + b, 0),
        score,
        contributions: Float64Array.from(contributions),
      }),
    },
    features: [],
    rank: (explainer, _features, _record, given) => [
      { feature: 'of the structure', value: null, contribution: given[0]!, approximate: explainer.approximate },
    ],
  };
}

const reasonsOf = async (model: LoadedModel) => {
  const predictor = createPredictor({ clock: createVirtualClock() });
  predictor.swap(model);
  const [prediction] = await predictor.predict([record], { reasons: true });
  return prediction!;
};

describe('reasons', () => {
  it('come from the structure where it leads to the score of the session', async () => {
    const model = await loaded();
    const { score } = await reasonsOf(model);
    const { reasons } = await reasonsOf({ ...model, structure: () => derived([0.5], score) });
    expect(reasons).toEqual([{ feature: 'of the structure', value: null, contribution: 0.5, approximate: false }]);
  });

  it('are by occlusion, and say so, where the structure leads to another score', async () => {
    const model = await loaded();
    const { score, reasons } = await reasonsOf({ ...model, structure: () => derived([0.5], 0.123) });
    expect(score).not.toBeCloseTo(0.123, 3);
    expect(reasons!.map(({ feature, approximate }) => [feature, approximate])).toEqual([
      ['b', true],
      ['a', true],
    ]);
  });

  it('are by occlusion where the bytes are no graph that is understood, which the structure tells', async () => {
    const model = await loaded();
    const structure = await model.structure!();
    expect(structure.explainer).toBeUndefined();
    expect(structure).toMatchObject({ because: expect.stringMatching(/.+/) });
    expect((await reasonsOf(model)).reasons?.every(({ approximate }) => approximate)).toBe(true);
  });

  it('are looked for in the bytes once', async () => {
    const { manifest } = await loaded();
    let reads = 0;
    const structure = deriveStructure({
      manifest,
      reference: undefined,
      golden: undefined,
      read: async () => {
        reads += 1;
        throw new Error('the slot holds another version by now');
      },
    });
    await Promise.all([structure(), structure()]);
    expect(structure()).toEqual({ because: 'the slot holds another version by now' });
    expect(reads).toBe(1);
  });
});

const said = (raw: number, score: number, contributions: number[]) => ({
  raw,
  score,
  contributions: Float64Array.from(contributions),
});

describe('an explanation', () => {
  it.each<[string, boolean, ReturnType<typeof said>, number]>([
    ['adds up to the raw score and gives the score', true, said(1.5, 0.8, [0.5, 0]), 0.80001],
    ['gives another score', false, said(1.5, 0.8, [0.5, 0]), 0.801],
    ['does not add up', false, said(1.5, 0.8, [0.4, 0]), 0.8],
    ['is not finite', false, said(Number.NaN, Number.NaN, [0.5, 0]), 0.8],
    ['gives a large value within float32', true, said(40_000, 40_000, [39_999, 0]), 40_001],
  ])('that %s agrees: %s', (_, expected, explanation, score) => {
    expect(agrees({ base: 1 }, explanation, score)).toBe(expected);
  });
});
