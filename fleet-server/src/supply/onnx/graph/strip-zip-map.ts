import { labelsOf } from './class-labels.ts';
import { isOperator, ML_DOMAIN, operatorName } from './operator.ts';
import { tensorType } from './value-type.ts';
import { nodesOf } from './walk.ts';
import type { ModelProto, NodeProto } from '../codec/messages.ts';
import { OnnxError } from '../onnx-error.ts';

/** Only reached when the model imports no ai.onnx at all; Identity has been the same since version 1. */
const OLDEST_OPSET = 7n;

/**
 * Takes every ZipMap out of the main graph, in place: its output name now carries the tensor it read,
 * float32 `[rows, classes]`. JavaScript runtimes cannot read a sequence of maps.
 * @returns one sentence per change
 * @throws {OnnxError} onnx_operator_unsupported when a node other than Identity reads the maps
 */
export function stripZipMaps(model: ModelProto): string[] {
  const { graph } = model;
  const zipMaps = graph.node.filter((node) => isOperator(node, ML_DOMAIN, 'ZipMap'));
  const classes = new Map<string, number | null>();
  for (const zipMap of zipMaps) {
    classes.set(zipMap.output[0] ?? '', labelsOf(zipMap)?.length ?? null);
    unplug(model, zipMap);
  }
  followIdentities(model, classes);
  const retyped = retype(model, classes);
  return [
    ...zipMaps.map((node) => `ZipMap "${node.name ?? ''}" removed: "${node.output[0]}" is the tensor it read`),
    ...retyped,
  ];
}

/** Lets the producer write the output's name when nobody else reads the tensor; otherwise an Identity stands in. */
function unplug(model: ModelProto, zipMap: NodeProto): void {
  const { graph } = model;
  const [from, to] = [zipMap.input[0] ?? '', zipMap.output[0] ?? ''];
  const producer = graph.node.find((node) => node.output.includes(from));
  if (producer !== undefined && readersOf(model, from) === 1) {
    producer.output = producer.output.map((name) => (name === from ? to : name));
    graph.valueInfo = graph.valueInfo.filter((value) => value.name !== from);
    graph.node = graph.node.filter((node) => node !== zipMap);
    return;
  }
  const standIn: NodeProto = {
    name: zipMap.name ?? '',
    opType: 'Identity',
    input: [from],
    output: [to],
    attribute: [],
  };
  graph.node = graph.node.map((node) => (node === zipMap ? standIn : node));
  if (
    model.opsetImport.every((opset) => opset.domain !== undefined && opset.domain !== '' && opset.domain !== 'ai.onnx')
  ) {
    model.opsetImport.push({ domain: '', version: OLDEST_OPSET });
  }
}

function readersOf(model: ModelProto, name: string): number {
  let readers = model.graph.output.filter((output) => output.name === name).length;
  for (const { node } of nodesOf(model)) readers += node.input.filter((input) => input === name).length;
  return readers;
}

/** Adds what Identity chains make of the maps, and refuses any other reader of them. */
function followIdentities(model: ModelProto, classes: Map<string, number | null>): void {
  for (const { node, path } of nodesOf(model)) {
    const read = node.input.find((name) => classes.has(name));
    if (read === undefined) continue;
    if (isOperator(node, 'ai.onnx', 'Identity')) {
      classes.set(node.output[0] ?? '', classes.get(read) ?? null);
      continue;
    }
    throw new OnnxError(
      'onnx_operator_unsupported',
      `node "${node.name ?? ''}" (${operatorName(node)}) reads a ZipMap`,
      {
        kind: 'refused',
        field: path,
        expected: 'a ZipMap whose maps only leave the graph',
      },
    );
  }
}

function retype(model: ModelProto, classes: Map<string, number | null>): string[] {
  const { graph } = model;
  graph.valueInfo = graph.valueInfo.filter((value) => !classes.has(value.name ?? ''));
  const changes: string[] = [];
  for (const output of graph.output) {
    const columns = classes.get(output.name ?? '');
    if (columns === undefined) continue;
    output.type = tensorType('float32', [null, columns]);
    changes.push(`output "${output.name}" is float32 [rows, ${columns ?? 'classes'}] instead of a sequence of maps`);
  }
  return changes;
}
