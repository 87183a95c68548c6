import type { Manifest } from '@plumbline/shared/manifest';
import { afterAll, describe, expect, it } from 'vitest';
import { latencyRatio } from '../../../agent/src/install/shadow/latency.ts';
import { scoreBoth } from '../../../agent/src/install/shadow/score-both.ts';
import { createProcessTrial } from '../../../agent/src/node/models/process-trial.ts';
import { FLOAT, modelOf, node, value } from './onnx-graph.ts';

const OPTIONS = { deadlineMs: 60_000, memoryMb: 512 };
const RECORDS = Array.from({ length: 60 }, (_, i) => ({ values: { a: Math.sin(i), b: Math.cos(i) }, asOf: 0 }));

function floats(name: string, rows: number, columns: number, at: (row: number, column: number) => number) {
  return {
    name,
    dataType: FLOAT,
    dims: BigInt64Array.of(BigInt(rows), BigInt(columns)),
    floatData: Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns)),
  };
}

/** Nodes by the name of what they make, which is the only one of its kind. */
function making(opType: string, input: string[], output: string) {
  return { ...node(opType, input, [output]), name: output };
}

/** Two inputs, one hidden layer squared, two classes: the score is the same for every width, the cost is not. */
function net(width: number, first = 1) {
  const model = modelOf({
    input: [value('x', FLOAT, ['N', 2])],
    node: [
      making('MatMul', ['x', 'A'], 'h'),
      making('MatMul', ['h', 'B'], 'g'),
      making('MatMul', ['g', 'C'], 'raw'),
      making('Softmax', ['raw'], 'p'),
    ],
    initializer: [
      floats('A', 2, width, () => first),
      floats('B', width, width, (row, column) => (row === column ? 1 : 0)),
      floats('C', width, 2, (_row, column) => (column === 0 ? 1 : -1) / width),
    ],
    output: [value('p', FLOAT, ['N', 2])],
  });
  const features = ['a', 'b'].map((name) => ({
    name,
    type: 'number' as const,
    missing: 'refuse' as const,
    from: { column: name },
  }));
  const manifest: Pick<Manifest, 'inputs' | 'output'> = {
    inputs: [{ kind: 'columns', name: 'x', dtype: 'float32', batch: 'dynamic', features }],
    output: { kind: 'classes', probabilities: 'p', classes: ['in time', 'late'], positive: 'late' },
  };
  return { model, manifest: manifest as Manifest };
}

describe('a shadow run in real processes', () => {
  const trial = createProcessTrial();
  afterAll(() => trial.close());

  it('finds that two forms of one model say the same, and which of them costs more', async () => {
    const pair = { candidate: net(1200), champion: net(200) };
    const both = await scoreBoth({ trial }, pair, RECORDS, OPTIONS);
    if (!both.ok) throw new Error(both.failure.detail);
    expect(both.pairs).toHaveLength(60);
    for (const { candidate, champion } of both.pairs) expect(candidate).toBeCloseTo(champion, 4);
    expect(both.cost.candidate.peakMb).toBeGreaterThan(both.cost.champion.peakMb);
    const ratio = await latencyRatio({ trial }, pair, RECORDS, OPTIONS);
    // 36 times the work; far above what noise can do.
    expect(ratio).toBeGreaterThan(2);
  });

  it('finds the records that a candidate has no number for', async () => {
    const records = RECORDS.slice(0, 8).map((record, i) =>
      i === 7 ? { ...record, values: { a: 3e38, b: 3e38 } } : record,
    );
    const both = await scoreBoth({ trial }, { candidate: net(4, 10), champion: net(4, 0) }, records, OPTIONS);
    // One of eight is more than one in a hundred: the search ends with it.
    expect(both).toMatchObject({ ok: true, answerable: 8, unanswered: 1 });
  });

  it('tells a crash of the candidate from one of the model in force', async () => {
    const broken = { ...net(2), model: new Uint8Array(10) };
    const killed = { deadlineMs: 1, memoryMb: 512 };
    expect(await scoreBoth({ trial }, { candidate: net(2), champion: net(2) }, RECORDS, killed)).toMatchObject({
      ok: false,
      who: 'champion',
      failure: { reason: 'timed_out' },
    });
    const both = await scoreBoth({ trial }, { candidate: broken, champion: net(2) }, RECORDS.slice(0, 1), OPTIONS);
    expect(both).toMatchObject({ ok: true, unanswered: 1, pairs: [] });
  });
});
