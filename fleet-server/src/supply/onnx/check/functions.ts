import { DEFAULT_DOMAIN, quoted, type FunctionProto, type ModelProto } from '@plumbline/shared/onnx';
import { nodesIn } from '../graph/walk.ts';
import { refusal } from './refusal.ts';

/** A runtime puts every function in the place of its calls. */
const MAX_NODES = 1_000_000;

/** Identity of a function, and of the function that a node calls (with the node's operator as `name`). */
export function functionKey(called: Pick<FunctionProto, 'name' | 'domain' | 'overload'>): string {
  const domain = called.domain === undefined || called.domain === '' ? DEFAULT_DOMAIN : called.domain;
  return JSON.stringify([domain, called.name ?? '', called.overload ?? '']);
}

/**
 * Functions call each other in no circle, and unfold to a graph of bounded size: thirty functions that each call the
 * next one twice are a billion nodes.
 * @throws {OnnxError} onnx_graph_invalid, onnx_too_large
 */
export function checkFunctions(model: ModelProto): void {
  if (model.functions.length === 0) return;
  const indexByKey = new Map(model.functions.map((fn, index) => [functionKey(fn), index]));
  const calls = model.functions.map((fn) => callsOf(fn.node, indexByKey));
  const sizes = unfoldedSizes(model, calls);
  const total = sizeOf(callsOf(model.graph.node, indexByKey), sizes);
  if (total <= MAX_NODES) return;
  const message = `the functions of the model unfold to ${total} nodes`;
  throw refusal('onnx_too_large', message, 'functions', `at most ${MAX_NODES} nodes`);
}

/** Depth first with a stack of its own: a chain of functions may be longer than ours. */
function unfoldedSizes(model: ModelProto, calls: readonly Calls[]): number[] {
  const sizes = Array<number>(calls.length).fill(0);
  const states = new Uint8Array(calls.length);
  const cursors = new Int32Array(calls.length);
  for (const start of calls.keys()) {
    const stack = states[start] === NEW ? [start] : [];
    while (stack.length > 0) {
      const index = stack.at(-1)!;
      states[index] = OPEN;
      const called = calls[index]!.called[cursors[index]!];
      cursors[index]! += 1;
      if (called === undefined) {
        sizes[index] = sizeOf(calls[index]!, sizes);
        states[index] = DONE;
        stack.pop();
      } else if (states[called] === OPEN) {
        const message = `function ${quoted(model.functions[called]?.name)} calls itself`;
        throw refusal('onnx_graph_invalid', message, `functions[${called}]`, 'functions that end');
      } else if (states[called] === NEW) stack.push(called);
    }
  }
  return sizes;
}

const [NEW, OPEN, DONE] = [0, 1, 2];

interface Calls {
  nodes: number;
  /** Function of each call, repeated ones included. */
  called: number[];
}

function callsOf(nodes: FunctionProto['node'], indexByKey: ReadonlyMap<string, number>): Calls {
  const calls: Calls = { nodes: 0, called: [] };
  for (const { node } of nodesIn(nodes, '')) {
    calls.nodes += 1;
    const index = indexByKey.get(functionKey({ ...node, name: node.opType ?? '' }));
    if (index !== undefined) calls.called.push(index);
  }
  return calls;
}

function sizeOf({ nodes, called }: Calls, sizes: readonly number[]): number {
  return called.reduce((sum, index) => sum + (sizes[index] ?? 0), nodes);
}
