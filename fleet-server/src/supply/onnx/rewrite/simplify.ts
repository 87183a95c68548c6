import { countReads, dropUnused, renameReads, separateInputs } from './edit-graph.ts';
import {
  DEFAULT_DOMAIN,
  attributeOf,
  dtypeName,
  isOperator,
  tensorBytes,
  tensorValues,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '@plumbline/shared/onnx';
import { graphsOf } from '../graph/walk.ts';
import { rawTensor } from './constants.ts';

/**
 * Takes out, in place, everything that no answer depends on: Constant nodes become initializers, Identity and Dropout of
 * inference go, as do unused nodes and initializers, doc strings, value infos and traces of exporters. Numbers stay as
 * they are. The model must be an editable copy.
 * @returns one note per kind of change that concerns nodes
 */
export function simplify(model: ModelProto): string[] {
  const constants = liftConstants(model.graph);
  separateInputs(model);
  const passed = removePassThrough(model);
  const before = model.graph.node.length;
  dropUnused(model);
  for (const graph of graphsOf(model)) stripGraph(graph);
  delete model.docString;
  const notes: [number, string][] = [
    [constants, 'Constant node(s) became initializers'],
    [passed, 'Identity or Dropout node(s) removed'],
    [before - model.graph.node.length, 'node(s) that no output needs removed'],
  ];
  return notes.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []));
}

function liftConstants(graph: GraphProto): number {
  const outputs = new Set(graph.output.map((output) => output.name));
  const kept = graph.node.filter((node) => {
    const [name] = node.output;
    if (name === undefined || outputs.has(name) || !isOperator(node, DEFAULT_DOMAIN, 'Constant')) return true;
    const value = attributeOf(node, 'value')?.t;
    if (value === undefined) return true;
    graph.initializer.push({ ...value, name });
    return false;
  });
  const lifted = graph.node.length - kept.length;
  graph.node = kept;
  return lifted;
}

/** Each node that hands its input on unchanged lets its readers, or its producer, take over the name. */
function removePassThrough(model: ModelProto): number {
  const { graph } = model;
  const reads = countReads(model);
  const outputs = new Set(graph.output.map((output) => output.name ?? ''));
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const producers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const renamed = new Map<string, string>();
  const kept = graph.node.filter((node) => {
    node.input = node.input.map((name) => renamed.get(name) ?? name);
    const [from = '', to = ''] = [node.input[0], node.output[0]];
    if (!passesOn(node, reads, constants)) return true;
    if (!outputs.has(to)) {
      renamed.set(to, from);
      reads.set(from, (reads.get(from) ?? 0) + (reads.get(to) ?? 0) - 1);
      return false;
    }
    const producer = producers.get(from);
    if (producer === undefined || outputs.has(from) || reads.get(from) !== 1) return true;
    producer.output = producer.output.map((name) => (name === from ? to : name));
    producers.set(to, producer);
    return false;
  });
  const removed = graph.node.length - kept.length;
  graph.node = kept;
  renameReads(graph, renamed);
  return removed;
}

function passesOn(node: NodeProto, reads: Map<string, number>, constants: Map<string, TensorProto>): boolean {
  if (isOperator(node, DEFAULT_DOMAIN, 'Identity')) return true;
  if (!isOperator(node, DEFAULT_DOMAIN, 'Dropout')) return false;
  const mask = node.output[1];
  if (mask && (reads.get(mask) ?? 0) > 0) return false;
  const training = node.input[2];
  if (!training) return true;
  const flag = constants.get(training);
  return flag !== undefined && Number(tensorValues(flag)[0]) === 0;
}

/** What people and tools read, but no runtime. */
function stripGraph(graph: GraphProto): void {
  delete graph.docString;
  delete graph.metadataProps;
  graph.valueInfo = [];
  graph.initializer = graph.initializer.map(lean);
  for (const value of [...graph.input, ...graph.output, ...graph.node]) {
    delete value.docString;
    delete value.metadataProps;
  }
}

function lean(tensor: TensorProto): TensorProto {
  const { docString: _doc, metadataProps: _trace, ...rest } = tensor;
  const dtype = dtypeName(tensor.dataType);
  if (tensor.rawData !== undefined || !['float32', 'float64', 'float16'].includes(dtype)) return rest;
  const values = tensorValues(tensor) as Float32Array;
  // Widened halves take one to three bytes each in the typed field, two in the raw one.
  if (dtype !== 'float16' && values.byteLength > tensorBytes(tensor)) return rest;
  return rawTensor(tensor.name ?? '', dtype as 'float32', Array.from(tensor.dims ?? [], Number), values);
}
