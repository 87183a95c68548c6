import { describe, expect, it } from 'vitest';
import { resolveProfile } from '@plumbline/firmware-profiles';
import type { Engine } from '../../../platform/ports/index.ts';
import type { Figures } from '../judge/figures.ts';
import { gatesOf } from '../judge/gates.ts';
import type { Latency } from '../judge/latency.ts';
import { choose } from './choose.ts';
import { judgeTrial, type EngineTrial, type Trial, type Verdict } from './trial.ts';

const GATEWAY = resolveProfile('linux-x64-gateway');
const TABLET = resolveProfile('ipad-10');
const BOTH: Engine[] = ['node', 'wasm'];
const SAME: Figures = {
  compared: 100,
  of: 'rows',
  agreement: 1,
  maxDiff: 0,
  meanDiff: 0,
  p99Diff: 0,
  worstDiff: 0,
  calibrationShift: 0,
  exactAgreement: 1,
};
const latencyOf = (low: number): Latency => ({ us: 10, baselineUs: 10, ratio: low + 0.1, low, high: low + 0.2 });

interface Made {
  brotli?: number;
  deflate?: number;
  bytes?: number;
  lossless?: boolean;
  figures?: Partial<Figures>;
  latency?: Latency;
  peakMb?: number;
  operators?: Record<string, number>;
}

function trialOf(recipe: string, made: Made = {}): Trial & Verdict {
  const { brotli = 100, deflate = 120, bytes = 1000, lossless = false, peakMb = 1 } = made;
  const figures = { ...SAME, ...made.figures };
  const on: EngineTrial = {
    ok: true,
    figures,
    gates: gatesOf(figures, lossless),
    loadMs: 1,
    peakMb,
    latency: made.latency,
  };
  const trial: Trial = {
    recipe,
    bytes: new Uint8Array(bytes),
    lossless,
    notes: [],
    sha256: recipe,
    wire: { none: bytes, brotli, deflate },
    graph: {
      irVersion: 8,
      opsets: { 'ai.onnx': 17 },
      producer: '',
      inputs: [],
      outputs: [],
      operators: made.operators ?? { 'ai.onnx::Gemm': 1 },
      sizeBytes: bytes,
      initializersBytes: 0,
      largest: [],
    } as unknown as Trial['graph'],
    engines: { node: on, wasm: on },
  };
  return { ...trial, ...judgeTrial(trial, BOTH) };
}

const holds = async () => [];
const chosen = async (trials: (Trial & Verdict)[], passesFinal: (trial: Trial) => Promise<string[]> = holds) =>
  choose(trials, [GATEWAY, TABLET], { engines: BOTH, without: {} }, passesFinal);

describe('what devices of a profile get', () => {
  it('is smallest in the codec that they take', async () => {
    const [gateway, tablet] = await chosen([
      trialOf('a', { brotli: 90, deflate: 200 }),
      trialOf('b', { brotli: 100, deflate: 120 }),
    ]);
    expect(gateway?.recipe).toBe('a');
    expect(tablet?.recipe).toBe('b');
  });

  it.each<[string, Made, Made]>([
    ['fewer bytes on disk', { bytes: 900 }, { bytes: 1000, lossless: true }],
    ['the one that loses nothing', { lossless: true }, {}],
  ])('is, at equal size on the wire, the one of %s, whatever its name', async (_what, better, worse) => {
    for (const [first, second] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const [choice] = await chosen([trialOf(first, better), trialOf(second, worse)]);
      expect(choice?.recipe).toBe(first);
    }
  });

  it.each<[string, Made, RegExp]>([
    ['disagrees', { figures: { agreement: 0.98 } }, /agreement 0.98 against 0.99/],
    ['is surely slower', { latency: latencyOf(1.26) }, /latency .* 1.26 against 1.25/],
    ['takes more memory than the profile gives', { peakMb: 9999 }, /needs 9999 MB of memory/],
    ['is too large for the profile', { bytes: 70_000_000 }, /takes at most/],
    ['uses what the profile refuses', { operators: { 'ai.onnx.ml::ZipMap': 1 } }, /ZipMap/],
  ])('is not what %s', async (_what, made, reason) => {
    const [choice] = await chosen([trialOf('small', { brotli: 10, ...made }), trialOf('plain', { brotli: 500 })]);
    expect(choice?.recipe).toBe('plain');
    expect(choice?.reasons['small']).toMatch(reason);
  });

  it('is not refused for a latency that may be as good', async () => {
    const [choice] = await chosen([trialOf('small', { brotli: 10, latency: latencyOf(1.24) }), trialOf('plain')]);
    expect(choice?.recipe).toBe('small');
  });

  it('is not what fails on the rows that took no part; the next one is asked', async () => {
    const asked: string[] = [];
    const trials = [trialOf('small', { brotli: 10 }), trialOf('next', { brotli: 20 }), trialOf('plain')];
    const [choice] = await chosen(trials, async ({ recipe }) => {
      asked.push(recipe);
      return recipe === 'small' ? ['it does not hold'] : [];
    });
    expect(choice).toMatchObject({ recipe: 'next', reasons: { small: 'it does not hold' } });
    // Two profiles, one question each: the answer is kept.
    expect(asked).toEqual(['small', 'next']);
  });

  it('is nothing when nothing passes, with every reason', async () => {
    const [choice] = await chosen([trialOf('plain', { bytes: 70_000_000 })]);
    expect(choice).toMatchObject({ recipe: undefined, reasons: { plain: expect.stringContaining('at most') } });
  });

  it('is nothing on an engine where the model does not run', async () => {
    const [gateway, tablet] = await choose(
      [trialOf('plain')],
      [GATEWAY, TABLET],
      { engines: ['node'], without: { wasm: 'no such operator' } },
      holds,
    );
    expect(gateway?.recipe).toBe('plain');
    expect(tablet?.reasons['plain']).toBe('not on onnxruntime-web: no such operator');
  });
});
