import { labelsOf } from './class-labels.ts';
import {
  DEFAULT_DOMAIN,
  ML_DOMAIN,
  OnnxError,
  domainOf,
  isOperator,
  operatorName,
  type ModelProto,
  type NodeProto,
} from '@plumbline/shared/onnx';
import { tensorType } from './value-type.ts';
import { graphsOf, nodesOf } from './walk.ts';

/** Only reached when the model imports no ai.onnx at all; Identity has been the same since version 1. */
const OLDEST_OPSET = 7n;

/**
 * Takes every ZipMap out of the main graph, in place: its output name now carries the tensor it read,
 * float32 `[rows, classes]`. JavaScript runtimes cannot read a sequence of maps. Linear in the nodes.
 * @returns one sentence per change
 * @throws {OnnxError} onnx_operator_unsupported when a node other than Identity reads the maps
 */
export function stripZipMaps(model: ModelProto): string[] {
  const zipMaps = model.graph.node.filter(isZipMap);
  if (zipMaps.length === 0) return [];
  unplug(model);
  const classes = new Map(zipMaps.map((node) => [node.output[0] ?? '', labelsOf(node)?.length ?? null]));
  followIdentities(model, classes);
  const retyped = retype(model, classes);
  return [
    ...zipMaps.map((node) => `ZipMap "${node.name ?? ''}" removed: "${node.output[0] ?? ''}" is the tensor it read`),
    ...retyped,
  ];
}

function isZipMap(node: NodeProto): boolean {
  return isOperator(node, ML_DOMAIN, 'ZipMap');
}

/** Lets the producer write the output's name when nobody else reads the tensor; otherwise an Identity stands in. */
function unplug(model: ModelProto): void {
  const { graph } = model;
  const readers = countReaders(model);
  const producers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const renamed = new Set<string>();
  graph.node = graph.node.flatMap((node): NodeProto[] => {
    if (!isZipMap(node)) return [node];
    const [from, to] = [node.input[0] ?? '', node.output[0] ?? ''];
    const producer = producers.get(from);
    if (producer === undefined || readers.get(from) !== 1) return [standIn(node, from, to)];
    producer.output = producer.output.map((name) => (name === from ? to : name));
    renamed.add(from);
    return [];
  });
  graph.valueInfo = graph.valueInfo.filter((value) => !renamed.has(value.name ?? ''));
  importDefaultDomain(model);
}

function standIn(zipMap: NodeProto, from: string, to: string): NodeProto {
  return { name: zipMap.name ?? '', opType: 'Identity', input: [from], output: [to], attribute: [] };
}

/** A model of ai.onnx.ml operators alone need not import ai.onnx, but an Identity in it does. */
function importDefaultDomain(model: ModelProto): void {
  const usesDefault = model.graph.node.some((node) => domainOf(node) === DEFAULT_DOMAIN);
  const importsDefault = model.opsetImport.some((opset) => !opset.domain || opset.domain === DEFAULT_DOMAIN);
  if (usesDefault && !importsDefault) model.opsetImport.push({ domain: '', version: OLDEST_OPSET });
}

/** How often each value is read by a node, in branches as well, or leaves the graph. */
function countReaders(model: ModelProto): Map<string, number> {
  const readers = new Map<string, number>();
  const count = (name: string) => readers.set(name, (readers.get(name) ?? 0) + 1);
  for (const graph of graphsOf(model)) graph.output.forEach((output) => count(output.name ?? ''));
  for (const { node } of nodesOf(model)) node.input.forEach(count);
  return readers;
}

/** Adds what Identity chains make of the maps, and refuses any other reader of them. */
function followIdentities(model: ModelProto, classes: Map<string, number | null>): void {
  for (const { node, path } of nodesOf(model)) {
    const read = node.input.find((name) => classes.has(name));
    if (read === undefined) continue;
    if (isOperator(node, DEFAULT_DOMAIN, 'Identity')) {
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
