import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from '@plumbline/shared/onnx';
import { feedsOf } from '../graph/value-type.ts';
import { bodiesOf, graphsOf, nodesOf } from '../graph/walk.ts';

/** First version of the format in which an initializer need not be a graph input as well, and then is a true constant. */
const CONSTANT_INITIALIZERS = 4n;

/** A copy whose graph, nodes and bodies may be edited; tensors and their bytes stay shared with the original. */
export function editableCopy(model: ModelProto): ModelProto {
  return { ...model, opsetImport: model.opsetImport.map((opset) => ({ ...opset })), graph: copyGraph(model.graph) };
}

function copyGraph(graph: GraphProto): GraphProto {
  return {
    ...graph,
    node: graph.node.map(copyNode),
    initializer: [...graph.initializer],
    input: graph.input.map((value) => ({ ...value })),
    output: graph.output.map((value) => ({ ...value })),
    valueInfo: [...graph.valueInfo],
  };
}

function copyNode(node: NodeProto): NodeProto {
  const attribute = node.attribute.map((each): AttributeProto => {
    const copy = { ...each };
    if (each.g !== undefined) copy.g = copyGraph(each.g);
    if (each.graphs !== undefined) copy.graphs = each.graphs.map(copyGraph);
    return copy;
  });
  return { ...node, input: [...node.input], output: [...node.output], attribute };
}

/** How often each value is read: by nodes, in branches as well, and by leaving a graph. */
export function countReads(model: ModelProto): Map<string, number> {
  const reads = new Map<string, number>();
  const count = (name: string | undefined) => {
    if (name) reads.set(name, (reads.get(name) ?? 0) + 1);
  };
  for (const graph of graphsOf(model)) graph.output.forEach((output) => count(output.name));
  for (const { node } of nodesOf(model)) node.input.forEach(count);
  return reads;
}

/** Gives names that no value or node of the model has, made from a hint; the same order of calls gives the same names. */
export function createNames(model: ModelProto): (hint: string) => string {
  const taken = new Set<string>();
  for (const graph of graphsOf(model)) {
    for (const { name } of [...graph.input, ...graph.output, ...graph.initializer]) taken.add(name ?? '');
  }
  for (const { node } of nodesOf(model)) {
    for (const name of [...node.input, ...node.output, node.name ?? '']) taken.add(name);
  }
  return (hint) => {
    let name = hint;
    for (let count = 2; taken.has(name); count += 1) name = `${hint}_${count}`;
    taken.add(name);
    return name;
  };
}

/** Lets every reader of a value, in branches as well, read another one; declared outputs of the main graph stay. */
export function renameReads(graph: GraphProto, names: ReadonlyMap<string, string>): void {
  for (const node of graph.node) {
    node.input = node.input.map((name) => names.get(name) ?? name);
    for (const { graph: body } of bodiesOf(node)) {
      renameReads(body, names);
      for (const output of body.output) output.name = names.get(output.name ?? '') ?? output.name ?? '';
    }
  }
}

/** Inputs that only repeat an initializer go, in place; the file says a version in which that is allowed. */
export function separateInputs(model: ModelProto): void {
  model.graph.input = feedsOf(model.graph);
  if ((model.irVersion ?? 0n) < CONSTANT_INITIALIZERS) model.irVersion = CONSTANT_INITIALIZERS;
}

/** Takes out, in place, what no output needs: nodes and initializers of the main graph, whose nodes stand in order. */
export function dropUnused({ graph }: ModelProto): void {
  const needed = new Set(graph.output.map((output) => output.name));
  graph.node = graph.node
    .toReversed()
    .filter((node) => {
      if (!node.output.some((name) => name !== '' && needed.has(name))) return false;
      for (const name of readsOf(node)) needed.add(name);
      return true;
    })
    .toReversed();
  graph.initializer = graph.initializer.filter((tensor) => needed.has(tensor.name));
}

/** Everything a node reads, names that its bodies take from outside included. */
function readsOf(node: NodeProto): string[] {
  const inner = bodiesOf(node).flatMap(({ graph }) => [
    ...graph.output.map((output) => output.name ?? ''),
    ...graph.node.flatMap(readsOf),
  ]);
  return [...node.input, ...inner];
}

/** An operator of the default domain without a name: names must be unique, and a file may have used any. */
export function unnamed(
  opType: string,
  input: string[],
  output: string[],
  attribute: AttributeProto[] = [],
): NodeProto {
  return { opType, input, output, attribute };
}

/** Changes to the main graph of one copy, collected while its nodes keep their places. */
export interface GraphEdit {
  readonly model: ModelProto;
  name(hint: string): string;
  /** Nodes that read constants only, written before all others. */
  first(...nodes: NodeProto[]): void;
  constant(tensor: TensorProto): string;
  /** Nodes in place of the one at this index of the original. */
  replace(index: number, nodes: NodeProto[]): void;
  /** Frees the name of a constant for a node that gives the same value. */
  release(name: string): void;
  /** The edited copy, without what no longer serves. */
  finish(): ModelProto;
}

export function editGraph(original: ModelProto): GraphEdit {
  const model = editableCopy(original);
  const { graph } = model;
  const first: NodeProto[] = [];
  const replaced = new Map<number, NodeProto[]>();
  return {
    model,
    name: createNames(model),
    first: (...nodes) => void first.push(...nodes),
    constant(tensor) {
      graph.initializer.push(tensor);
      return tensor.name ?? '';
    },
    replace: (index, nodes) => void replaced.set(index, nodes),
    release(name) {
      graph.initializer = graph.initializer.filter((tensor) => tensor.name !== name);
      const producer = graph.node.findIndex((node) => node.output.includes(name));
      if (producer >= 0) replaced.set(producer, []);
    },
    finish() {
      graph.node = [...first, ...graph.node.flatMap((node, index) => replaced.get(index) ?? [node])];
      separateInputs(model);
      dropUnused(model);
      return model;
    },
  };
}
