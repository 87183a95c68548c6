import { createMemoryCrypto, createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import { createOrtInference } from '../../agent/src/node/models/ort-inference.ts';
import { loadModel } from '../../agent/src/predict/load.ts';
import { createPredictor } from '../../agent/src/predict/predictor.ts';
import { slotPath } from '../../agent/src/store/keys.ts';
import { writeSlot } from '../../agent/src/store/slot-files.ts';
import { createMemoryFiles } from '../../agent/src/testing/memory-files.ts';
import { LINE, mintRelease } from '../../agent/src/testing/mint.ts';
import { fitMember, type Member, numberMatrix } from '../../fleet-server/src/learning/learners/index.ts';
import { evaluate, exportModel } from '../../fleet-server/src/supply/onnx/index.ts';

const column = (name: string) => ({ name, type: 'number', missing: 'accept', from: { column: name } }) as const;
const WIRING = {
  inputs: [{ kind: 'columns', name: 'numbers', dtype: 'float32', batch: 'dynamic', features: ['a', 'b'].map(column) }],
  output: { kind: 'classes', probabilities: 'probabilities', classes: ['0', '1'], positive: '1' },
} as const;

/** Late where `a` is large; `b` tells nothing. */
function matrix() {
  const random = createSeededRandom(3);
  const numbers = Float32Array.from({ length: 600 }, () => 4 * random.next() - 2);
  return numberMatrix(
    numbers,
    Uint8Array.from(numbers.subarray(0, 300), (a) => Number(a > 0.3)),
  );
}

async function gateway(member: Member) {
  const fitted = fitMember(member, matrix(), { task: 'classification', seed: 1 });
  const scoreOf = (a: number, b: number) => evaluate({ ...fitted, columns }, Float32Array.of(a, b), [])[0]!;
  const { numbers, categories } = fitted.columns;
  const columns = { numbers: numbers.map((one, at) => ({ ...one, name: 'ab'[at]! })), categories };
  const graph = { onnx: exportModel({ ...fitted, columns }), scoreOf, opset: 21, tolerance: 1e-5 };
  const wiring = {
    inputs: WIRING.inputs.map((input) => ({ ...input, features: [...input.features] })),
    output: { ...WIRING.output, classes: ['0', '1'] },
  };
  const { archive, assigned } = await mintRelease({ graph, wiring });
  const files = createMemoryFiles();
  await writeSlot(files, slotPath(LINE, 'A'), archive);
  const ports = { files, inference: createOrtInference(), crypto: createMemoryCrypto(createSeededRandom(1)) };
  const predictor = createPredictor({ clock: createVirtualClock() });
  predictor.swap(await loadModel(ports, LINE, 'A', { sha256: assigned.sha256, version: '1.0.0', counter: 1 }));
  return { predictor, scoreOf };
}

const MEMBERS: Member[] = [
  { algorithm: 'linear-svm', parameters: { c: 1 } },
  { algorithm: 'kernel-svm', parameters: { c: 1 } },
  { algorithm: 'knn', parameters: { k: 15 } },
  { algorithm: 'mlp', parameters: { hidden: [8] } },
];

describe('a gateway gives reasons of every kind of model', () => {
  it.each(MEMBERS)('the value that tells stands first: $algorithm', async (member) => {
    const { predictor, scoreOf } = await gateway(member);
    const [late, unsure] = await predictor.predict(
      [
        { values: { a: 1.8, b: 1.5 }, asOf: 0 },
        { values: { a: null, b: 0.4 }, asOf: 0 },
      ],
      { reasons: true },
    );
    expect(late!.score).toBeCloseTo(scoreOf(1.8, 1.5), 5);
    expect(unsure!.score).toBeCloseTo(scoreOf(Number.NaN, 0.4), 5);
    expect(late!.score).toBeGreaterThan(0.8);
    expect(late!.reasons![0]).toMatchObject({ feature: 'a', value: 1.8 });
    expect(late!.reasons![0]!.contribution).toBeGreaterThan(0.2);
    await predictor.close();
  });
});
