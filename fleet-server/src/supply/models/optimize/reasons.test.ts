import * as ort from 'onnxruntime-node';
import { describe, expect, it, test } from 'vitest';
import type { Feature, GraphInput, GraphOutput } from '@plumbline/shared/manifest';
import type { Feed } from '@plumbline/shared/predict';
import { createExplainer, decodeWeights, type Explainer } from '@plumbline/shared/predict/explain';
import { sha256Hex } from '@plumbline/shared/trust';
import {
  createRandom,
  randomColumns,
  randomForest,
  randomLinear,
  randomRows,
  randomTrees,
} from '../../onnx/export/random-models.ts';
import type { Columns, FittedModel } from '../../onnx/fitted-model.ts';
import { foreignModels } from '../../onnx/foreign-models.ts';
import {
  classLabels,
  cleanForRuntime,
  decodeModel,
  exportModel,
  exportTreesAsV3,
  inspectModel,
  recipeFamilies,
} from '../../onnx/index.ts';
import { weighBranches } from './weigh-branches.ts';

const ROWS = 60;
const column = (name: string, type: Feature['type']): Feature => ({
  name,
  type,
  missing: 'accept',
  from: { column: name },
});

interface Case {
  bytes: Uint8Array;
  inputs: GraphInput[];
  output: GraphOutput;
  feeds: Feed[];
  rows: number;
}

const LATE: GraphOutput = { kind: 'classes', probabilities: 'probabilities', classes: ['0', '1'], positive: '1' };

const columnsInput = (name: string, dtype: 'float32' | 'string', features: Feature[]): GraphInput => ({
  kind: 'columns',
  name,
  dtype,
  batch: 'dynamic',
  features,
});

function exported(bytes: Uint8Array, columns: Columns, seed: number): Case {
  const { numbers, categories } = randomRows(createRandom(seed), columns, ROWS);
  return {
    bytes,
    inputs: [
      columnsInput(
        'numbers',
        'float32',
        columns.numbers.map(({ name }) => column(name, 'number')),
      ),
      columnsInput(
        'categories',
        'string',
        columns.categories.map(({ name }) => column(name, 'category')),
      ),
    ],
    output: LATE,
    feeds: [
      { name: 'numbers', dtype: 'float32', dims: [ROWS, columns.numbers.length], data: numbers },
      { name: 'categories', dtype: 'string', dims: [ROWS, columns.categories.length], data: categories },
    ],
    rows: ROWS,
  };
}

async function outputsOf({ bytes, feeds, output }: Case): Promise<ArrayLike<number>> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  const tensors = feeds.map(({ name, dtype, data, dims }) => [
    name,
    new ort.Tensor(dtype as 'float32', data as Float32Array, dims),
  ]);
  const name = output.kind === 'classes' ? output.probabilities : output.value;
  const outputs = await session.run(Object.fromEntries(tensors), [name]);
  await session.release();
  return outputs[name]!.data as Float32Array;
}

const explainerOf = ({ bytes, inputs, output }: Case, reasons?: Uint8Array) =>
  createExplainer({
    model: bytes,
    manifest: { inputs, output, model: { sha256: sha256Hex(bytes), sizeBytes: bytes.length } },
    reasons,
  });

/** Every row: the score is the runtime's, and base and contributions add up to the raw score. */
async function expectExplained(of: Case, explainer: Explainer | string): Promise<Explainer> {
  if (typeof explainer === 'string') throw new Error(`not understood: ${explainer}`);
  const { output } = of;
  const width = output.kind === 'classes' ? output.classes.length : 1;
  const own = output.kind === 'classes' ? output.classes.indexOf(output.positive) : 0;
  const said = await outputsOf(of);
  for (let row = 0; row < of.rows; row += 1) {
    const { raw, score, contributions } = explainer.explain(of.feeds, row);
    const total = contributions.reduce((sum, each) => sum + each, explainer.base);
    expect(Math.abs(total - raw)).toBeLessThan(1e-5 * Math.max(1, Math.abs(raw)));
    expect(Math.abs(score - said[row * width + own]!)).toBeLessThan(1e-5 * Math.max(1, Math.abs(score)));
  }
  return explainer;
}

/** Every encoding that the recipes know for it is understood as well. @returns how many there are */
async function expectEncodings(of: Case): Promise<number> {
  let count = 0;
  const context = { calibration: [], observe: async () => [], opsets: { 'ai.onnx': 21, 'ai.onnx.ml': 5 } };
  for (const family of recipeFamilies) {
    for (const { bytes, recipe } of await family.candidates(decodeModel(of.bytes), context)) {
      const encoded = { ...of, bytes };
      await expectExplained(encoded, explainerOf(encoded)).catch((error: Error) => {
        throw new Error(`${recipe}: ${error.message}`, { cause: error });
      });
      count += 1;
    }
  }
  return count;
}

type Made = [
  what: string,
  method: Explainer['method'],
  scale: Explainer['scale'],
  make: (columns: Columns, seed: number) => Uint8Array,
];

const boosted = (trees: number, depth: number) => (columns: Columns, seed: number) =>
  randomTrees(createRandom(seed), columns, { trees, depth, rows: 400 });

const MADE: Made[] = [
  [
    'a logistic regression',
    'weights',
    'margin',
    (columns, seed) => exportModel(randomLinear(createRandom(seed), columns)),
  ],
  ['small boosted trees', 'shap', 'margin', (columns, seed) => exportModel(boosted(8, 3)(columns, seed))],
  ['large boosted trees', 'paths', 'margin', (columns, seed) => exportModel(boosted(30, 10)(columns, seed))],
  [
    'trees for an older runtime',
    'shap',
    'margin',
    (columns, seed) => exportModel(boosted(6, 3)(columns, seed), { target: 'older' }),
  ],
  [
    'trees as converters write them',
    'paths',
    'margin',
    (columns, seed) => exportTreesAsV3(boosted(20, 9)(columns, seed)),
  ],
  [
    'a forest that gives a mean',
    'paths',
    'score',
    (columns, seed) => exportModel(randomForest(createRandom(seed), columns, { trees: 20, depth: 9, rows: 400 })),
  ],
];

describe('reasons of what our exporters write', () => {
  it.each(MADE)('add up to the raw score of %s', async (_, method, scale, make) => {
    for (const [seed, numbers, categories] of [
      [1, 5, 3],
      [2, 9, 1],
      [3, 2, 4],
    ] as const) {
      const columns = randomColumns(createRandom(seed), numbers, categories);
      const of = exported(make(columns, seed), columns, seed + 10);
      const explainer = await expectExplained(of, explainerOf(of));
      expect({ method: explainer.method, scale: explainer.scale }).toEqual({ method, scale });
      // Without weights of its branches what a tree says on average is a guess.
      expect(explainer.approximate).toBe(method !== 'weights');
    }
  });

  it('of a linear model are weight × (value − typical value), by feature', async () => {
    const columns: Columns = {
      numbers: [
        { name: 'float', impute: 4, mean: 10, scale: 2 },
        { name: 'cost', impute: 0, mean: 0, scale: 1 },
      ],
      categories: [{ name: 'trade', levels: ['paint', 'steel'] }],
    };
    const model: FittedModel = { kind: 'linear', columns, weights: Float64Array.of(3, -2, 0.5, -0.25), bias: 0.125 };
    const of = { ...exported(exportModel(model), columns, 1), rows: 3 };
    const feeds: Feed[] = [
      { ...of.feeds[0]!, dims: [3, 2], data: Float32Array.of(6, 1, Number.NaN, 2, 12, 0) },
      { ...of.feeds[1]!, dims: [3, 1], data: ['steel', 'paint', 'wet'] },
    ];
    const bins = { type: 'number', edges: [] } as const;
    const typical = (name: string, value: number | string) => ({
      bins: { ...bins, edges: [], name },
      counts: [],
      typical: value,
    });
    const explainer = createExplainer({
      model: of.bytes,
      manifest: { inputs: of.inputs, output: of.output, model: { sha256: sha256Hex(of.bytes), sizeBytes: 1 } },
      reference: {
        v: 1,
        rows: 1,
        features: [typical('float', 8), typical('cost', 1), { ...typical('trade', 'paint') }],
        score: [],
      },
    });
    await expectExplained({ ...of, feeds }, explainer);
    const contributions = [0, 1, 2].map((row) => [...(explainer as Explainer).explain(feeds, row).contributions]);
    const expected = [
      [(3 * (6 - 8)) / 2, 0, -0.25 - 0.5],
      [(3 * (4 - 8)) / 2, -2, 0],
      [(3 * (12 - 8)) / 2, 2, -0.5],
    ];
    for (const [row, wanted] of expected.entries()) {
      for (const [at, each] of wanted.entries()) expect(contributions[row]![at]).toBeCloseTo(each, 5);
    }
  });

  it.each(MADE)(
    'hold for every encoding of %s that is no approximation of itself',
    async (_what, method, _scale, make) => {
      const columns = randomColumns(createRandom(4), 4, 2);
      const of = exported(make(columns, 4), columns, 14);
      const least = method === 'weights' ? 0 : 1;
      expect(await expectEncodings(of)).toBeGreaterThanOrEqual(least);
    },
  );
});

describe('weights of branches', () => {
  const columns = randomColumns(createRandom(5), 4, 2);
  const of = exported(exportModel(boosted(10, 6)(columns, 5)), columns, 15);
  const records = Array.from({ length: ROWS }, (_, row) => ({
    values: Object.fromEntries([
      ...columns.numbers.map(({ name }, at): [string, number | null] => {
        const value = of.feeds[0]!.data[row * 4 + at] as number;
        return [name, Number.isNaN(value) ? null : value];
      }),
      ...columns.categories.map(({ name }, at): [string, string] => [name, String(of.feeds[1]!.data[row * 2 + at])]),
    ]),
    asOf: 0,
  }));

  it('make the base the mean of what the model says of the rows, and the reasons exact', async () => {
    const bytes = (await weighBranches(of.bytes, of, { records, generated: 0 }))!;
    const explainer = await expectExplained(of, explainerOf(of, bytes));
    expect(explainer.approximate).toBe(false);
    const raws = records.map((_, row) => explainer.explain(of.feeds, row).raw);
    const mean = raws.reduce((sum, raw) => sum + raw, 0) / raws.length;
    const guessed = explainerOf(of) as Explainer;
    expect(Math.abs(explainer.base - mean)).toBeLessThan(0.05);
    expect(Math.abs(explainer.base - mean)).toBeLessThan(Math.abs(guessed.base - mean));
  });

  it('are the same bytes for the same rows, at most one a branch, and say when rows were made up', async () => {
    const [once, again] = [
      await weighBranches(of.bytes, of, { records, generated: 0 }),
      await weighBranches(of.bytes, of, { records, generated: 0 }),
    ];
    expect(once).toEqual(again);
    const branches = once!.length - 20;
    const sha256 = sha256Hex(of.bytes);
    expect(decodeWeights(once!, [branches], sha256)?.madeUp).toBe(false);
    const madeUp = await weighBranches(of.bytes, of, { records, generated: ROWS });
    expect(decodeWeights(madeUp!, [branches], sha256)?.madeUp).toBe(true);
    expect((explainerOf(of, madeUp) as Explainer).approximate).toBe(true);
  });

  it('are none for a model without trees', async () => {
    const linear = exportModel(randomLinear(createRandom(1), columns));
    expect(await weighBranches(linear, of, { records, generated: 0 })).toBeUndefined();
  });
});

describe('reasons of models made elsewhere', () => {
  const foreign = foreignModels();
  /** What is understood of each. The others are nets, or their coefficients do not fit their own input. */
  const UNDERSTOOD: Record<string, Explainer['method']> = {
    node_ai_onnx_ml_tree_ensemble_single_tree: 'shap',
    tab_lightgbm_ankane: 'shap',
    tab_onnxmltools_xgb: 'shap',
    tab_skl_treecl: 'shap',
    tab_tract_linear_classifier: 'weights',
    tab_tract_xgboost_classifier_tree: 'shap',
  };

  function caseOf(name: string): Case[] {
    const bytes = cleanForRuntime(foreign.read(name)).bytes;
    const graph = inspectModel(bytes);
    const [input, ...others] = graph.inputs;
    if (input === undefined || others.length > 0 || !['float32', 'float64'].includes(input.dtype)) return [];
    const [first, second] = input.shape ?? [];
    const width = typeof second === 'number' ? second : 64;
    const rows = typeof first === 'number' ? first : 20;
    if ((input.shape ?? []).length !== 2) return [];
    const features = Array.from({ length: width }, (_, at) => column(`f${at}`, 'number'));
    const random = createRandom(9);
    const values = Array.from({ length: rows * width }, () => random() * 8);
    const isDouble = input.dtype === 'float64';
    const data = isDouble ? Float64Array.from(values) : Float32Array.from(values);
    const dtype = isDouble ? ('float64' as const) : ('float32' as const);
    const shared = {
      bytes,
      inputs: [
        {
          kind: 'columns' as const,
          name: input.name,
          dtype,
          batch: typeof first === 'number' ? first : ('dynamic' as const),
          features,
        },
      ],
      feeds: [{ name: input.name, dtype, dims: [rows, width], data }],
      rows,
    };
    const labels = classLabels(decodeModel(bytes));
    const outputs = graph.outputs.filter(({ dtype: own }) => own === 'float32' || own === 'float64');
    return outputs.flatMap(({ name: own, shape }): Case[] => {
      const last = shape?.at(-1);
      const count = typeof last === 'number' ? last : (labels?.length ?? 1);
      if (count <= 1) return [{ ...shared, output: { kind: 'value', value: own } }];
      const classes = Array.from({ length: count }, (_, at) => String(at));
      return classes.map((positive) => ({
        ...shared,
        output: { kind: 'classes', probabilities: own, classes, positive },
      }));
    });
  }

  test.skipIf(foreign.absent !== undefined)(
    `add up wherever the graph is understood ${foreign.absent ?? ''}`,
    async () => {
      const understood: Record<string, string> = {};
      let encodings = 0;
      for (const name of foreign.names.filter((one) => /^(tab|node)_/.test(one))) {
        for (const of of caseOf(name)) {
          const explainer = explainerOf(of);
          if (typeof explainer === 'string') continue;
          await expectExplained(of, explainer);
          understood[name] = explainer.method;
          // Leaves of several weights become numbers of rows in a table.
          if (name === 'tab_skl_treecl') encodings += await expectEncodings(of);
        }
      }
      expect(understood).toEqual(UNDERSTOOD);
      expect(encodings).toBeGreaterThan(0);
    },
  );
});
