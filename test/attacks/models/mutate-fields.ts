import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../../../fleet-server/src/supply/onnx/index.ts';
import { below, type Random } from '../../../fleet-server/src/supply/onnx/export/random-models.ts';
import { int64Scalar, node, tensor } from '../../../fleet-server/src/supply/onnx/export/proto.ts';

const EVIL = [
  0n,
  1n,
  -1n,
  2n,
  7n,
  255n,
  2n ** 20n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 62n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const EVIL_FLOATS = [Number.NaN, Infinity, -Infinity, 1e38, -0, 1e-45];
const OPERATORS = [
  'Loop',
  'If',
  'Scan',
  'Cast',
  'Reshape',
  'Tile',
  'Expand',
  'Conv',
  'TreeEnsemble',
  'Nonsense',
  '',
  'Gather',
];
const DOMAINS = ['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft', 'nobody', '\u0000'];

type Mutation = (model: ModelProto, random: Random) => void;

const pick = <T>(items: readonly T[] | undefined, random: Random): T | undefined =>
  items === undefined || items.length === 0 ? undefined : items[below(random, items.length)];
const evil = (random: Random): bigint => pick(EVIL, random) ?? 0n;
const anyNode = (model: ModelProto, random: Random): NodeProto | undefined => pick(model.graph.node, random);

function anyTensor({ graph }: ModelProto, random: Random): TensorProto | undefined {
  const constants = graph.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []));
  return pick([...graph.initializer, ...constants], random);
}

function anyName({ graph }: ModelProto, random: Random): string {
  const names = [...graph.input, ...graph.output, ...graph.initializer].map(({ name }) => name ?? '');
  const made = graph.node.flatMap(({ output }) => output);
  return pick([...names, ...made, '', 'nobody'], random) ?? '';
}

function alterNumbers(values: BigInt64Array | Float32Array, random: Random): void {
  const at = below(random, values.length);
  const from = below(random, values.length);
  if (values instanceof Float32Array) values[at] = pick([...EVIL_FLOATS, values[from] ?? 0], random) ?? 0;
  else values[at] = random() < 0.5 ? evil(random) : (values[from] ?? 0n);
}

function append({ graph }: ModelProto, nodes: NodeProto[], output: string, elemType = 1): void {
  graph.node.push(...nodes);
  graph.output.push({ name: output, type: { tensorType: { elemType } } });
}

const constant = (name: string, value: TensorProto) => node('Constant', [], [name], [tensor('value', value)]);
const truth = (): TensorProto => ({ dataType: 9, rawData: Uint8Array.of(1) });
const anyGraph = (part: Partial<GraphProto>): GraphProto => ({
  name: 'body',
  node: [],
  input: [],
  output: [],
  initializer: [],
  valueInfo: [],
  ...part,
});

const call = (to: number, from: string, into: string): NodeProto => ({
  ...node(`F${to}`, [from], [into]),
  domain: 'nobody',
});

/** What is done to a model that is well-formed afterwards, so that it comes past the decoder. In place. */
export const FIELD_MUTATIONS: Record<string, Mutation> = {
  'dims of a tensor'(model, random) {
    const one = anyTensor(model, random);
    if (one !== undefined) one.dims = BigInt64Array.from({ length: 1 + below(random, 3) }, () => evil(random));
  },
  'dtype of a tensor'(model, random) {
    const one = anyTensor(model, random);
    if (one !== undefined) one.dataType = below(random, 30) - 1;
  },
  'bytes of a tensor'(model, random) {
    const one = anyTensor(model, random);
    if (one?.rawData !== undefined) one.rawData = one.rawData.slice(0, below(random, one.rawData.length + 1));
    else if (one?.floatData !== undefined) one.floatData = one.floatData.slice(0, -1);
  },
  'weights that are no numbers'(model, random) {
    const one = anyTensor(model, random);
    if (one?.rawData !== undefined) one.rawData = one.rawData.slice().fill(0xff);
  },
  'input of a node'(model, random) {
    const one = anyNode(model, random);
    if (one !== undefined) one.input[below(random, one.input.length + 1)] = anyName(model, random);
    if (one !== undefined) one.input = Array.from(one.input, (name) => name ?? '');
  },
  'output of a node'(model, random) {
    const one = anyNode(model, random);
    if (one !== undefined) one.output[below(random, one.output.length)] = anyName(model, random);
  },
  'order and number of nodes'(model, random) {
    const { graph } = model;
    const [from, count] = [below(random, graph.node.length + 1), below(random, 3)];
    const taken = graph.node.splice(from, count);
    if (random() < 0.5) graph.node.push(...taken, ...taken);
    else graph.node.reverse();
  },
  'an initializer less, or one twice'({ graph }, random) {
    const at = below(random, graph.initializer.length + 1);
    if (random() < 0.5) graph.initializer.splice(at, 1);
    else graph.initializer.push(...graph.initializer.slice(at, at + 1));
  },
  'attribute: one number'(model, random) {
    const one = pick(anyNode(model, random)?.attribute, random);
    if (one?.i !== undefined) one.i = evil(random);
    if (one?.f !== undefined) one.f = pick(EVIL_FLOATS, random) ?? 0;
    if (one?.s !== undefined) one.s = new TextEncoder().encode(String(evil(random)));
  },
  // Ids of trees, nodes and children, class ids, axes, pads.
  'attribute: a number of a list'(model, random) {
    const lists = model.graph.node.flatMap(({ attribute }) => attribute).filter(({ ints, floats }) => ints ?? floats);
    const one = pick(lists, random);
    const values = one?.ints ?? one?.floats;
    if (values === undefined) return;
    for (let left = below(random, 4); left >= 0; left -= 1) alterNumbers(values, random);
  },
  'attribute: length of a list'(model, random) {
    const one = pick(anyNode(model, random)?.attribute, random);
    if (one?.ints !== undefined) one.ints = one.ints.slice(0, below(random, one.ints.length + 1));
    if (one?.floats !== undefined) one.floats = one.floats.slice(0, below(random, one.floats.length + 1));
    one?.strings?.splice(below(random, one.strings.length + 1), 1);
  },
  'attribute: name or type'(model, random) {
    const one = pick(anyNode(model, random)?.attribute, random);
    if (one === undefined) return;
    if (random() < 0.5) one.type = below(random, 16);
    else one.name = pick(['value', 'to', 'axis', 'nodes_modes', ''], random) ?? '';
  },
  operator(model, random) {
    const one = anyNode(model, random);
    if (one === undefined) return;
    if (random() < 0.7) one.opType = pick(OPERATORS, random) ?? '';
    else one.domain = pick(DOMAINS, random) ?? '';
  },
  versions(model, random) {
    const opset = pick(model.opsetImport, random);
    const kind = below(random, 5);
    if (kind === 0) model.irVersion = evil(random);
    else if (kind === 1) model.opsetImport = [];
    else if (opset !== undefined) opset.version = random() < 0.5 ? evil(random) : BigInt(below(random, 30));
  },
  'shape or dtype of an input or output'({ graph }, random) {
    const type = pick([...graph.input, ...graph.output], random)?.type?.tensorType;
    const dim = pick(type?.shape?.dim, random);
    if (type !== undefined && random() < 0.4) type.elemType = below(random, 30) - 1;
    else if (dim !== undefined) {
      delete dim.dimParam;
      dim.dimValue = evil(random);
    }
  },
  'a tensor of 8 GB'(model, random) {
    const dims = BigInt64Array.of(2n ** BigInt(11 + below(random, 20)), 2n ** 20n);
    const shape = { dataType: 7, dims: BigInt64Array.of(2n), rawData: new Uint8Array(dims.buffer) };
    append(model, [constant('big-shape', shape), node('ConstantOfShape', ['big-shape'], ['big'])], 'big');
  },
  'a loop without end'(model) {
    const body = anyGraph({
      node: [node('Identity', ['on'], ['still-on'])],
      input: ['at', 'on'].map((name, at) => ({
        name,
        type: { tensorType: { elemType: at === 0 ? 7 : 9, shape: { dim: [] } } },
      })),
      output: [{ name: 'still-on', type: { tensorType: { elemType: 9, shape: { dim: [] } } } }],
    });
    body.node.push(node('Identity', ['at'], ['seen']));
    body.output.push({ name: 'seen', type: { tensorType: { elemType: 7, shape: { dim: [] } } } });
    const loop = node('Loop', ['trips', 'true'], ['endless'], [{ name: 'body', type: 5, g: body }]);
    append(
      model,
      [constant('trips', int64Scalar('', Number.MAX_SAFE_INTEGER)), constant('true', truth()), loop],
      'endless',
      7,
    );
  },
  'a 4-bit output'(model, random) {
    const from = model.graph.input[0]?.name ?? '';
    const to = 21 + below(random, 6);
    const cast = node('Cast', [from], ['narrow'], [{ name: 'to', type: 2, i: BigInt(to) }]);
    append(model, [cast], 'narrow', random() < 0.5 ? to : 1);
  },
  'branches in branches'(model, random) {
    let inner = anyGraph({ output: [{ name: 'deep' }], node: [constant('deep', truth())] });
    for (let left = below(random, 40); left > 0; left -= 1) {
      // Only one of the two goes deeper: both would be 2^40 graphs before anybody attacked anything.
      const shallow = anyGraph({ output: [{ name: 'flat' }], node: [constant('flat', truth())] });
      const branches = [
        { name: 'then_branch', type: 5, g: inner },
        { name: 'else_branch', type: 5, g: shallow },
      ].slice(0, 1 + below(random, 2));
      const name = `deep${left}`;
      inner = anyGraph({
        output: [{ name }],
        node: [constant(`c${left}`, truth()), node('If', [`c${left}`], [name], branches)],
      });
    }
    model.graph.node.push(...inner.node);
    model.graph.output.push(...inner.output);
  },
  'functions that call functions'(model, random) {
    const levels = 1 + below(random, 40);
    const opsetImport = [{ version: 17n }, { domain: 'nobody', version: 1n }];
    model.functions = Array.from({ length: levels }, (_, level) => {
      const next = random() < 0.05 ? 0 : level + 1;
      const nodes =
        level === levels - 1 ? [node('Identity', ['a'], ['b'])] : [call(next, 'a', 'm'), call(next, 'm', 'b')];
      return { name: `F${level}`, domain: 'nobody', input: ['a'], output: ['b'], node: nodes, opsetImport };
    });
    model.opsetImport.push({ domain: 'nobody', version: 1n });
    append(model, [call(0, model.graph.input[0]?.name ?? '', 'unfolded')], 'unfolded');
  },
};
