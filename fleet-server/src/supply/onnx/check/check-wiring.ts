import { quoted, type GraphProto, type ModelProto, type NodeProto } from '@plumbline/shared/onnx';
import { bodiesOf } from '../graph/walk.ts';
import { findCycle } from './find-cycle.ts';
import { nodeLabel, refusal } from './refusal.ts';

/** What a graph, the body of a control-flow operator or a function has in common. */
interface Wired {
  path: string;
  /** Names that are there before any node runs, and where each is given. */
  given: { name: string | undefined; path: string }[];
  nodes: NodeProto[];
  outputs: { name: string | undefined; path: string }[];
}

/** Index of the node that produces each name of a graph, -1 for what is given; enclosing graphs outwards. */
interface Scope {
  producers: ReadonlyMap<string, number>;
  outer?: Scope | undefined;
}

/**
 * Every name is produced once and every name that is read is produced, in bodies of control flow by an enclosing graph
 * perhaps; no node waits for itself. Nodes may stand in any order. Linear in names times the depth of bodies.
 * @throws {OnnxError} onnx_graph_invalid naming the node and the input or output
 */
export function checkWiring(model: ModelProto): void {
  checkWired(wiredGraph(model.graph, 'graph'), undefined);
  for (const [index, fn] of model.functions.entries()) {
    const path = `functions[${index}]`;
    const named = (names: string[], side: string) =>
      names.map((name, at) => ({ name, path: `${path}.${side}[${at}]` }));
    checkWired(
      { path, given: named(fn.input, 'input'), nodes: fn.node, outputs: named(fn.output, 'output') },
      undefined,
    );
  }
}

/** @returns the names it takes from enclosing graphs */
function checkWired(wired: Wired, outer: Scope | undefined): ReadonlySet<string> {
  const scope: Scope = { producers: producersOf(wired), outer };
  const captured = new Set<string>();
  const edges: { from: number[]; to: number[] } = { from: [], to: [] };
  const read = (name: string, reader: number): boolean => {
    const producer = scope.producers.get(name);
    if (producer === undefined && !isIn(outer, name)) return false;
    if (producer === undefined) captured.add(name);
    else if (producer >= 0) {
      edges.from.push(producer);
      edges.to.push(reader);
    }
    return true;
  };
  for (const [index, node] of wired.nodes.entries()) {
    const path = `${wired.path}.node[${index}]`;
    for (const [at, name] of node.input.entries()) {
      // An optional input that is left out has the empty name.
      if (name === '' || read(name, index)) continue;
      const message = `${nodeLabel(node)} reads ${quoted(name)}, which nothing produces`;
      throw refusal(
        'onnx_graph_invalid',
        message,
        `${path}.input[${at}]`,
        'an input, an initializer or an output of a node',
      );
    }
    for (const { graph, path: inside } of bodiesOf(node)) {
      for (const name of checkWired(wiredGraph(graph, `${path}.${inside}`), scope)) read(name, index);
    }
  }
  for (const { name = '', path } of wired.outputs) {
    if (scope.producers.has(name)) continue;
    throw refusal('onnx_graph_invalid', `nothing produces the output ${quoted(name)}`, path, 'an output of a node');
  }
  refuseCycle(wired, edges);
  return captured;
}

function refuseCycle(wired: Wired, edges: { from: number[]; to: number[] }): void {
  const cycle = findCycle(wired.nodes.length, edges);
  if (cycle === undefined) return;
  const [index = 0, ...others] = cycle;
  const through = others.length === 0 ? '' : ` by way of ${nodeLabel(wired.nodes[others[0]!]!)}`;
  throw refusal(
    'onnx_graph_invalid',
    `${nodeLabel(wired.nodes[index]!)} waits for itself${through}`,
    `${wired.path}.node[${index}]`,
    'a graph without cycles',
  );
}

function wiredGraph(graph: GraphProto, path: string): Wired {
  const inputs = graph.input.map(({ name }, at) => ({ name, path: `${path}.input[${at}]` }));
  const inputNames = new Set(inputs.map(({ name }) => name));
  const initializers = [
    ...graph.initializer.map(({ name }, at) => ({ name, path: `${path}.initializer[${at}]` })),
    ...(graph.sparseInitializer ?? []).map(({ values }, at) => ({
      name: values?.name,
      path: `${path}.sparseInitializer[${at}].values`,
    })),
  ];
  const initialized = new Set<string | undefined>();
  for (const { name, path: at } of initializers) {
    if (initialized.has(name)) throw twice(name, at);
    initialized.add(name);
  }
  return {
    path,
    // An input of the same name as an initializer is that initializer's declaration.
    given: [...inputs, ...initializers.filter(({ name }) => !inputNames.has(name))],
    nodes: graph.node,
    outputs: graph.output.map(({ name }, at) => ({ name, path: `${path}.output[${at}]` })),
  };
}

function producersOf(wired: Wired): ReadonlyMap<string, number> {
  const producers = new Map<string, number>();
  for (const { name, path } of wired.given) {
    if (name === undefined || name === '') {
      throw refusal('onnx_graph_invalid', `${path} has no name`, path, 'a name by which nodes can read it');
    }
    if (producers.has(name)) throw twice(name, path);
    producers.set(name, -1);
  }
  for (const [index, node] of wired.nodes.entries()) {
    for (const [at, name] of node.output.entries()) {
      if (name === '') continue;
      const path = `${wired.path}.node[${index}].output[${at}]`;
      if (producers.has(name)) throw twice(name, path, node);
      producers.set(name, index);
    }
  }
  return producers;
}

function twice(name: string | undefined, path: string, node?: NodeProto) {
  const by = node === undefined ? path : nodeLabel(node);
  return refusal('onnx_graph_invalid', `${by} gives ${quoted(name)} a second time`, path, 'every name given once');
}

function isIn(scope: Scope | undefined, name: string): boolean {
  for (let at = scope; at !== undefined; at = at.outer) if (at.producers.has(name)) return true;
  return false;
}
