import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { treeFamily } from './index.ts';
import {
  attributeOf,
  decodeModel,
  type AttributeProto,
  type DType,
  type ModelProto,
  type NodeProto,
} from '@plumbline/shared/onnx';
import { encodeModel } from '../codec/encode-model.ts';
import { exportTreesAsV3 } from '../export/export-model.ts';
import { floats, floatTensor, int, ints, mlNode, node, string, strings } from '../export/proto.ts';
import type { Random } from '../export/random-models.ts';
import { below, createRandom, randomColumns, randomTrees } from '../export/random-models.ts';
import { foreignModels } from '../foreign-models.ts';
import { cleanForRuntime } from '../graph/clean-for-runtime.ts';
import { inspectModel } from '../graph/inspect-model.ts';
import { tensorType } from '../graph/value-type.ts';

const NEWEST = { 'ai.onnx': 21, 'ai.onnx.ml': 5 };
const OLDER = { 'ai.onnx': 13, 'ai.onnx.ml': 2 };

const candidatesOf = (model: ModelProto, opsets: Record<string, number> = NEWEST) =>
  treeFamily.candidates(model, { calibration: [], observe: async () => [], opsets });

type Outputs = Record<string, ort.Tensor>;

/** One thread adds the trees of both models in the same order. */
const load = (bytes: Uint8Array) => ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });

async function run(bytes: Uint8Array, feeds: Record<string, ort.Tensor>): Promise<Outputs> {
  const session = await load(bytes);
  return (await session.run(feeds)) as Outputs;
}

/** Labels exactly, scores up to the order of additions; NaN and infinity as themselves. */
function expectSame(actual: Outputs, expected: Outputs, tolerance: number, what: string): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, wanted] of Object.entries(expected)) {
    const given = actual[name]!;
    expect([given.type, given.dims], `${what}: ${name}`).toEqual([wanted.type, wanted.dims]);
    const [a, b] = [given.data as ArrayLike<unknown>, wanted.data as ArrayLike<unknown>];
    const wrong = Array.from(b, (_, at) => at).filter((at) => !isClose(a[at], b[at], tolerance));
    const first = wrong.slice(0, 3).map((at) => `${a[at]} at ${at}, the original gives ${b[at]}`);
    expect(first, `${what}: ${name}`).toEqual([]);
  }
}

function isClose(a: unknown, b: unknown, tolerance: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
}

const MODES = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'];
const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)]!;

interface Line {
  tree: number;
  id: number;
  mode: string;
  feature: number;
  split: number;
  yes: number;
  no: number;
  missing: number;
}
type Weight = [line: Line, target: number, weight: number];
type Style = 'one' | 'turns' | 'all' | 'mixed';

/** Operators as converters write them: nodes in any order after the root, tree ids with gaps, node ids from anywhere. */
function randomLines(
  random: Random,
  shape: { features: number; targets: number; style: Style; signed: boolean; small: boolean },
) {
  const { features, targets, style } = shape;
  const modes = random() < 0.5 ? [pick(random, MODES)] : [...MODES.filter(() => random() < 0.6), 'BRANCH_LT'];
  const missing = pick(random, [0, 1, 2]);
  const splits = [...Array.from({ length: 6 }, () => Math.fround((random() - 0.5) * 4)), 0, 1, 2];
  const single = below(random, targets);
  const weight = () =>
    Math.fround((random() - (shape.signed ? 0.5 : 0)) * (shape.small ? 0.05 : 1)) * (random() < 0.1 ? 0 : 1);
  const trees = Array.from({ length: 1 + below(random, 12) }, (_, tree) => {
    const lines: Line[] = [];
    const weights: Weight[] = [];
    const grow = (depth: number): number => {
      const line = {
        tree: 3 * tree + 1,
        id: lines.length,
        mode: 'LEAF',
        feature: 0,
        split: 0,
        yes: 0,
        no: 0,
        missing: 0,
      };
      lines.push(line);
      if (depth > 0 && random() > 0.2) {
        line.mode = pick(random, modes);
        line.feature = below(random, features);
        line.split = pick(random, splits);
        line.missing = missing === 2 ? below(random, 2) : missing;
        line.yes = grow(depth - 1);
        line.no = grow(depth - 1);
        return line.id;
      }
      const all = Array.from({ length: targets }, (_target, target) => target);
      const some = [below(random, targets), ...(random() < 0.3 ? [below(random, targets)] : [])];
      const named = { one: [single], turns: [tree % targets], all, mixed: some }[style];
      weights.push(...named.map((target): Weight => [line, target, weight()]));
      return line.id;
    };
    grow(below(random, 5));
    const [root, ...rest] = lines;
    return { lines: [root!, ...rest.toReversed()], weights: weights.toReversed() };
  });
  return { lines: trees.flatMap((tree) => tree.lines), weights: trees.flatMap((tree) => tree.weights), splits };
}

const longs = <T>(items: T[], of: (item: T) => number) => BigInt64Array.from(items, (item) => BigInt(of(item)));

function attributesOf(lines: Line[], weights: Weight[], prefix: 'class' | 'target'): AttributeProto[] {
  return [
    ints(
      'nodes_treeids',
      longs(lines, (line) => line.tree),
    ),
    ints(
      'nodes_nodeids',
      longs(lines, (line) => line.id),
    ),
    ints(
      'nodes_featureids',
      longs(lines, (line) => line.feature),
    ),
    floats(
      'nodes_values',
      Float32Array.from(lines, (line) => line.split),
    ),
    strings(
      'nodes_modes',
      lines.map((line) => line.mode),
    ),
    ints(
      'nodes_truenodeids',
      longs(lines, (line) => line.yes),
    ),
    ints(
      'nodes_falsenodeids',
      longs(lines, (line) => line.no),
    ),
    ints(
      'nodes_missing_value_tracks_true',
      longs(lines, (line) => line.missing),
    ),
    ints(
      `${prefix}_treeids`,
      longs(weights, ([line]) => line.tree),
    ),
    ints(
      `${prefix}_nodeids`,
      longs(weights, ([line]) => line.id),
    ),
    ints(
      `${prefix}_ids`,
      longs(weights, ([, target]) => target),
    ),
    floats(
      `${prefix}_weights`,
      Float32Array.from(weights, ([, , weight]) => weight),
    ),
  ];
}

function modelOf(
  nodes: NodeProto[],
  input: DType,
  width: number,
  outputs: [string, DType, (string | number)[]][],
): ModelProto {
  return {
    irVersion: 8n,
    opsetImport: [{ domain: 'ai.onnx.ml', version: 3n }],
    graph: {
      name: 'g',
      node: nodes,
      input: [{ name: 'x', type: tensorType(input, ['N', width]) }],
      output: outputs.map(([name, dtype, shape]) => ({ name, type: tensorType(dtype, shape) })),
      initializer: [],
      valueInfo: [],
    },
    metadataProps: [],
    functions: [],
  };
}

/** On splits, one float32 beside them, missing, infinite, far out; for float64 also between two float32. */
function randomFeed(random: Random, dtype: DType, splits: number[], rows: number, width: number): ort.Tensor {
  const beside = splits.flatMap((split) => {
    const numbers = Float32Array.of(split, split, split);
    const bits = new Int32Array(numbers.buffer);
    bits[1]! += 1;
    bits[2]! -= 1;
    return [...numbers].filter((number) => !Number.isNaN(number));
  });
  const values = [...beside, Number.NaN, Infinity, -Infinity, 0, -0, 1e30, -5];
  const picked = Array.from({ length: rows * width }, () => pick(random, values));
  const whole = picked.map((value) => (Number.isFinite(value) && Math.abs(value) < 9 ? Math.round(value) : 3));
  const dims = [rows, width];
  if (dtype === 'int64') return new ort.Tensor('int64', BigInt64Array.from(whole, BigInt), dims);
  if (dtype === 'int32') return new ort.Tensor('int32', Int32Array.from(whole), dims);
  if (dtype === 'float32') return new ort.Tensor('float32', Float32Array.from(picked), dims);
  const moved = picked.map((value) => (random() < 0.3 ? value * (1 + 1e-12) : value));
  return new ort.Tensor('float64', Float64Array.from(moved), dims);
}

function randomModel(seed: number) {
  const random = createRandom(seed);
  const classifier = random() < 0.65;
  const targets = pick(random, classifier ? [2, 2, 2, 3, 4] : [1, 1, 2, 3]);
  const base = pick(random, [0, 0, 1, targets]);
  // The runtime leaves scores undefined where a base value or PROBIT meets rows with one of two scores.
  const certain = classifier && targets === 2 && base === 1;
  const style = pick<Style>(random, certain ? ['one', 'all'] : ['one', 'one', 'turns', 'all', 'mixed']);
  const probit = style === 'all' || (!classifier && style !== 'mixed') ? ['PROBIT'] : [];
  const post = pick(random, ['NONE', 'NONE', 'LOGISTIC', 'SOFTMAX', 'SOFTMAX_ZERO', ...probit]);
  const features = 1 + below(random, 4);
  const shape = { features, targets, style, signed: random() < 0.5, small: post === 'PROBIT' };
  const { lines, weights, splits } = randomLines(random, shape);
  const text = random() < 0.3;
  const labels = text
    ? strings('classlabels_strings', ['no', 'yes', 'perhaps', 'later'].slice(0, targets))
    : ints('classlabels_int64s', BigInt64Array.from([4n, 9n, 2n, 7n].slice(0, targets)));
  const attributes = [
    ...attributesOf(lines, weights, classifier ? 'class' : 'target'),
    string('post_transform', post),
    ...(base > 0
      ? [
          floats(
            'base_values',
            Float32Array.from({ length: base }, () => random() - 0.5),
          ),
        ]
      : []),
    ...(classifier
      ? [labels]
      : [
          int('n_targets', targets),
          string('aggregate_function', pick(random, ['SUM', 'SUM', 'AVERAGE', 'MIN', 'MAX'])),
        ]),
  ];
  const dtype = pick<DType>(random, ['float32', 'float32', 'float32', 'float64', 'int64', 'int32']);
  const model = classifier
    ? modelOf([mlNode('TreeEnsembleClassifier', ['x'], ['label', 'scores'], attributes)], dtype, features, [
        ['label', text ? 'string' : 'int64', ['N']],
        ['scores', 'float32', ['N', targets]],
      ])
    : modelOf([mlNode('TreeEnsembleRegressor', ['x'], ['scores'], attributes)], dtype, features, [
        ['scores', 'float32', ['N', targets]],
      ]);
  return { model, feed: randomFeed(random, dtype, splits, 60, features), tolerance: post === 'PROBIT' ? 1e-4 : 1e-6 };
}

describe('random operators of the older versions, in every mode, transform and dtype, answer the same when rewritten', () => {
  test.each([0, 1, 2, 3])('seeds of block %i', async (block) => {
    let modern = 0;
    for (let seed = 60 * block + 1; seed <= 60 * block + 60; seed += 1) {
      const { model, feed, tolerance } = randomModel(seed);
      const before = encodeModel(model);
      const expected = await run(before, { x: feed }).catch(() => undefined);
      if (expected === undefined) continue; // the runtime refuses the original, too
      const candidates = await candidatesOf(model);
      expect(encodeModel(model)).toEqual(before);
      for (const { recipe, bytes, lossless } of candidates) {
        const actual = await run(bytes, { x: feed });
        if (lossless) expectSame(actual, expected, tolerance, `seed ${seed}, ${recipe}`);
        if (recipe === 'tree-v5') modern += 1;
      }
      for (const { recipe, bytes, lossless } of await candidatesOf(model, OLDER)) {
        if (lossless) expectSame(await run(bytes, { x: feed }), expected, tolerance, `seed ${seed}, older ${recipe}`);
      }
    }
    // What cannot be said in version 5 must stay the exception.
    expect(modern).toBeGreaterThan(25);
  });
});

/** x ≤ 0.5 → 1, else 2, as one regressor. */
const stump = (input = 'x', output = 'y', extra: AttributeProto[] = []) => {
  const line = { tree: 0, feature: 0, split: 0, yes: 0, no: 0, missing: 0 };
  const lines = [
    { ...line, id: 0, mode: 'BRANCH_LEQ', split: 0.5, yes: 1, no: 2 },
    { ...line, id: 1, mode: 'LEAF' },
    { ...line, id: 2, mode: 'LEAF' },
  ];
  const weights: Weight[] = [
    [lines[1]!, 0, 1],
    [lines[2]!, 0, 2],
  ];
  const attributes = [...attributesOf(lines, weights, 'target'), int('n_targets', 1), ...extra];
  return mlNode('TreeEnsembleRegressor', [input], [output], attributes);
};

describe('the graph around the trees', () => {
  const scale = mlNode(
    'Scaler',
    ['x'],
    ['s'],
    [floats('offset', Float32Array.of(0)), floats('scale', Float32Array.of(2))],
  );
  const model = (): ModelProto => {
    const built = modelOf([scale, stump('s', 't'), stump('x', 'u'), node('Add', ['t', 'u'], ['y'])], 'float32', 1, [
      ['y', 'float32', ['N', 1]],
    ]);
    built.opsetImport.push({ domain: '', version: 11n });
    built.graph.initializer.push(floatTensor('forgotten', [1], Float32Array.of(1)));
    return built;
  };

  test('stays, every tree operator in it is rewritten, and what nobody reads goes', async () => {
    const [v5, v3] = await candidatesOf(model());
    const view = inspectModel(v5!.bytes);
    expect(view.operators).toEqual({ 'ai.onnx.ml::Scaler': 1, 'ai.onnx.ml::TreeEnsemble': 2, 'ai.onnx::Add': 1 });
    expect(view).toMatchObject({ irVersion: 10, opsets: { 'ai.onnx': 11, 'ai.onnx.ml': 5 }, initializersBytes: 0 });
    expect(v3!.recipe).toBe('tree-v3');
    const feed = { x: new ort.Tensor('float32', Float32Array.of(0.2, 0.3, 0.6), [3, 1]) };
    const expected = await run(encodeModel(model()), feed);
    expect([...(expected['y']!.data as Float32Array)]).toEqual([2, 3, 4]);
    for (const { bytes } of [v5!, v3!]) expectSame(await run(bytes, feed), expected, 0, 'graph');
  });

  test('gives the same bytes again', async () => {
    expect(await candidatesOf(model())).toEqual(await candidatesOf(model()));
  });

  test('keeps to version 3 on devices that know no other, and says so', async () => {
    const candidates = await candidatesOf(model(), OLDER);
    expect(candidates.map((candidate) => candidate.recipe)).toEqual(['tree-v3']);
    expect(candidates[0]!.notes).toContain('Not written as TreeEnsemble 5: the device knows ai.onnx.ml 2 only.');
  });

  test('keeps to version 3 beside a LabelEncoder that the newer operator set has changed', async () => {
    const encoder = mlNode('LabelEncoder', ['i'], ['o'], [strings('classes_strings', ['a', 'b'])]);
    const beside = modelOf([encoder, stump()], 'float32', 1, [['y', 'float32', ['N', 1]]]);
    beside.opsetImport = [{ domain: 'ai.onnx.ml', version: 1n }];
    expect((await candidatesOf(beside)).map((candidate) => candidate.recipe)).toEqual(['tree-v3']);
  });

  test('without trees is declined in a sentence, and gives no candidates', async () => {
    const plain = modelOf([scale], 'float32', 1, [['s', 'float32', ['N', 1]]]);
    expect(treeFamily.declines(plain)).toBe('no tree ensembles');
    expect(await candidatesOf(plain)).toEqual([]);
    expect(treeFamily.declines(model())).toBeUndefined();
  });
});

describe('malformed trees are refused by node and attribute', () => {
  const changed = (name: string, change: (attribute: AttributeProto) => void) => {
    const tree = stump();
    change(attributeOf(tree, name)!);
    return tree;
  };
  const set = (name: string, ...values: bigint[]) => changed(name, (it) => (it.ints = BigInt64Array.from(values)));
  const modes = (...names: string[]) => changed('nodes_modes', (it) => (it.strings = strings('', names).strings!));
  test.each<[string, NodeProto, string]>([
    ['a missing child', set('nodes_falsenodeids', 7n, 0n, 0n), 'nodes_falsenodeids[0]'],
    ['a child that is its own parent', set('nodes_truenodeids', 0n, 0n, 0n), 'nodes_truenodeids'],
    ['a negative feature', set('nodes_featureids', -1n, 0n, 0n), 'nodes_featureids[0]'],
    ['a node id twice', set('nodes_nodeids', 0n, 1n, 1n), 'nodes_nodeids[2]'],
    ['a short list', set('nodes_treeids', 0n, 0n), 'nodes_nodeids'],
    ['an unknown mode', modes('BRANCH_XOR', 'LEAF', 'LEAF'), 'nodes_modes[0]'],
    ['weights of no node', set('target_nodeids', 1n, 9n), 'target_nodeids[1]'],
    ['weights of a target too many', set('target_ids', 0n, 1n), 'target_ids[1]'],
    ['no targets', changed('n_targets', (it) => (it.i = 0n)), 'n_targets'],
    ['absurdly many targets', changed('n_targets', (it) => (it.i = 2n ** 62n)), 'n_targets'],
    ['a number where text belongs', stump('x', 'y', [int('post_transform', 1)]), 'post_transform'],
    ['an unknown transform', stump('x', 'y', [string('post_transform', 'TANH')]), 'post_transform'],
  ])('%s', async (_what, tree, attribute) => {
    const model = modelOf([tree], 'float32', 1, [['y', 'float32', ['N', 1]]]);
    await expect(candidatesOf(model)).rejects.toMatchObject({
      code: 'onnx_fitted_invalid',
      field: `graph.node[0].${attribute}`,
    });
  });

  test('a ladder of branches that share their sides is refused before it unfolds to 2^40', async () => {
    const line = { tree: 0, feature: 0, split: 0, missing: 0 };
    const lines = Array.from({ length: 41 }, (_, id) =>
      id === 40
        ? { ...line, id, mode: 'LEAF', yes: 0, no: 0 }
        : { ...line, id, mode: 'BRANCH_LT', yes: id + 1, no: id + 1 },
    );
    const attributes = [...attributesOf(lines, [[lines[40]!, 0, 1]], 'target'), int('n_targets', 1)];
    const tree = mlNode('TreeEnsembleRegressor', ['x'], ['y'], attributes);
    const model = modelOf([tree], 'float32', 1, [['y', 'float32', ['N', 1]]]);
    await expect(candidatesOf(model)).rejects.toMatchObject({ field: 'graph.node[0].nodes_truenodeids' });
  });
});

test('a forest is a sixth of a converter’s file without loss, and smaller again rounded', async () => {
  const random = createRandom(3);
  const forest = randomTrees(random, randomColumns(random, 12, 0), { trees: 30, depth: 10, rows: 2000 });
  const converted = exportTreesAsV3(forest);
  const candidates = await candidatesOf(decodeModel(converted));
  const sizes = new Map(candidates.map(({ recipe, bytes }) => [recipe, bytes.length]));
  expect(sizes.get('tree-v5')!).toBeLessThan(converted.length / 6);
  expect(candidates.filter(({ lossless }) => lossless).map(({ recipe }) => recipe)).toEqual(['tree-v5']);
  const rounded = ['tree-v5', 'tree-leaf6-t63', 'tree-leaf5-t31'].map((recipe) => sizes.get(recipe)!);
  expect(rounded).toEqual(rounded.toSorted((a, b) => b - a));
});

const shared = foreignModels();
describe.skipIf(shared.absent !== undefined)(`models made elsewhere (${shared.absent ?? 'present'})`, () => {
  test.each([
    ['tab_skl_treecl', 1e-6],
    ['tab_onnxmltools_xgb', 1e-6],
    ['tab_tract_xgboost_classifier_tree', 1e-6],
    ['tab_lightgbm_ankane', 1e-6],
    ['node_ai_onnx_ml_tree_ensemble_single_tree', 0],
  ] as const)('%s answers the same on rows around its splits', async (name, tolerance) => {
    const { bytes } = cleanForRuntime(shared.read(name));
    const model = decodeModel(bytes);
    const tree = model.graph.node.find((each) => each.opType?.startsWith('TreeEnsemble'))!;
    const [input] = inspectModel(bytes).inputs;
    const width = Number(attributeOf(tree, 'nodes_featureids')!.ints!.reduce((a, b) => (a > b ? a : b))) + 1;
    const features = typeof input!.shape?.[1] === 'number' ? input!.shape[1] : width;
    const splits = [...(attributeOf(tree, 'nodes_values')?.floats ?? [3.14, 1.2, 4.2])];
    const rows = typeof input!.shape?.[0] === 'number' ? input!.shape[0] : 1000;
    const random = createRandom(17);
    const candidates = await candidatesOf(model);
    expect(candidates[0]!.recipe).toBe('tree-v5');
    const original = await load(bytes);
    const lossless = candidates.filter((candidate) => candidate.lossless);
    const rewritten = await Promise.all(lossless.map((candidate) => load(candidate.bytes)));
    for (let done = 0; done < 1000; done += rows) {
      const feed = { [input!.name]: randomFeed(random, input!.dtype as DType, splits, rows, features) };
      const expected = (await original.run(feed)) as Outputs;
      for (const [at, session] of rewritten.entries()) {
        expectSame((await session.run(feed)) as Outputs, expected, tolerance, lossless[at]!.recipe);
      }
    }
  });
});
