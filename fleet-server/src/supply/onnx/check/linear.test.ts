import { expect, test } from 'vitest';
import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from '@plumbline/shared/onnx';
import { floatTensor, node } from '../export/proto.ts';
import { checkGraph } from '../graph/check-graph.ts';
import { tensorType } from '../graph/value-type.ts';

const NODES = 2_500;
const TIMES = 8;
/** Far above eight, for caches that no longer hold everything and a busy machine; far below a square's sixty-four. */
const MOST = 24;

const value = (name: string): ValueInfoProto => ({ name, type: tensorType('float32', [1]) });
const modelOf = (nodes: NodeProto[], graph: Partial<GraphProto>): ModelProto => ({
  irVersion: 10n,
  opsetImport: [{ version: 21n }, { domain: 'mine', version: 1n }],
  metadataProps: [],
  functions: [],
  graph: { node: nodes, input: [value('x')], output: [], initializer: [], valueInfo: [], ...graph },
});
const names = (count: number) => Array.from({ length: count }, (_, at) => `n${at}`);

/** Every node reads the one before it, backwards in the file, and every fourth is an output. */
function chain(count: number): ModelProto {
  const nodes = names(count).map((name, at) => node('Identity', [at === 0 ? 'x' : `n${at - 1}`], [name]));
  const output = names(count).flatMap((name, at) => (at % 4 === 0 ? [value(name)] : []));
  return modelOf(nodes.toReversed(), { output });
}

/** One node reads everything, and a body everything again. */
function fan(count: number): ModelProto {
  const body = {
    node: [node('Sum', names(count), ['t'])],
    input: [],
    output: [value('t')],
    initializer: [],
    valueInfo: [],
  };
  const branches = ['then_branch', 'else_branch'].map((name) => ({ name, type: 5, g: body }));
  const initializer = ['c', ...names(count)].map((name) => floatTensor(name, [1], Float32Array.of(1)));
  return modelOf([node('Sum', names(count), ['s']), node('If', ['c'], ['y'], branches)], { initializer });
}

const call = (at: number): NodeProto => ({ ...node(`F${at}`, ['a'], ['b']), domain: 'mine' });

/** Each function calls the next one. */
function functions(count: number): ModelProto {
  const model = modelOf([{ ...call(0), input: ['x'], output: ['y'] }], {});
  model.functions = names(count).map((_, at) => ({
    name: `F${at}`,
    domain: 'mine',
    input: ['a'],
    output: ['b'],
    node: [at === count - 1 ? node('Relu', ['a'], ['b']) : call(at + 1)],
    opsetImport: [{ version: 21n }, { domain: 'mine', version: 1n }],
  }));
  return model;
}

function cpuUs(model: ModelProto): number {
  const before = process.cpuUsage();
  checkGraph(model);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

test.each([
  ['a long chain', chain],
  ['a wide fan', fan],
  ['functions that call each other', functions],
])('checking %s of eight times the size takes about eight times as long', (_what, make) => {
  const [small, large] = [make(NODES), make(TIMES * NODES)];
  cpuUs(large);
  // In turns, and the best of each: whatever else the machine does meets both.
  const pairs = Array.from({ length: 10 }, () => [cpuUs(small), cpuUs(large)] as const);
  const best = (at: 0 | 1) => Math.min(...pairs.map((pair) => pair[at]));
  expect(best(1) / best(0)).toBeLessThan(MOST);
});
