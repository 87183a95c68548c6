import {
  DEFAULT_DOMAIN,
  attributeOf,
  domainOf,
  dtypeName,
  dtypeNumber,
  quoted,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from '@plumbline/shared/onnx';
import { isExchangeable } from '../graph/refuse-unsupported.ts';
import { refusal } from './refusal.ts';

/** Operators that also take 4-bit and 8-bit float tensors, and answer the dtype of their first input. */
const PASSING = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Flatten', 'Pad', 'Dropout']);

/** Graph attribute of each control-flow operator, and how many of the body's outputs come before the node's first. */
const BODIES: Readonly<Record<string, { attribute: string; skip: number }>> = {
  If: { attribute: 'then_branch', skip: 0 },
  Loop: { attribute: 'body', skip: 1 },
  Scan: { attribute: 'body', skip: 0 },
};

/**
 * No output of the graph is made in a dtype that a JavaScript runtime cannot exchange, whatever is declared: a 4-bit
 * output aborts the whole process. Follows what can make such a dtype; calls of functions are left to the trial process,
 * where a runtime refuses what contradicts its declaration.
 * @throws {OnnxError} onnx_dtype_unsupported naming the output
 */
export function checkOutputTypes(model: ModelProto): void {
  const scopes: Scopes = new Map();
  for (const [index, { name = '' }] of model.graph.output.entries()) {
    const made = dtypeMade(scopes, scopeOf(scopes, model.graph, undefined), name);
    if (made === undefined || isExchangeable(dtypeName(made))) continue;
    throw refusal(
      'onnx_dtype_unsupported',
      `output ${quoted(name)} is made as ${dtypeName(made)}, which a device cannot exchange`,
      `graph.output[${index}]`,
      'an output cast to a dtype of JavaScript',
    );
  }
}

type Origin = { node: NodeProto; at: number } | { given: number | undefined };

interface Scope {
  origins: ReadonlyMap<string, Origin>;
  /** What was found out before: many outputs may hang on one chain. */
  made: Map<string, number | undefined>;
  outer: Scope | undefined;
}

type Scopes = Map<GraphProto, Scope>;

/** TensorProto.DataType, or undefined where it cannot be told or cannot be an odd one. Linear over all outputs. */
function dtypeMade(scopes: Scopes, start: Scope, output: string): number | undefined {
  const passed: { scope: Scope; name: string }[] = [];
  let at: { scope: Scope; name: string } | undefined = { scope: start, name: output };
  let made: number | undefined;
  while (at !== undefined) {
    const { scope, name }: { scope: Scope; name: string } = at;
    if (scope.made.has(name)) {
      made = scope.made.get(name);
      break;
    }
    // Until its chain is followed to the end it counts as unknown, so that even a circle would end.
    scope.made.set(name, undefined);
    passed.push({ scope, name });
    const origin = scope.origins.get(name);
    if (origin === undefined) at = scope.outer && { scope: scope.outer, name };
    else if ('given' in origin) {
      made = origin.given;
      break;
    } else {
      at = stepBack(scopes, scope, origin);
      if (at === undefined) made = ownType(origin.node);
    }
  }
  for (const { scope, name } of passed) scope.made.set(name, made);
  return made;
}

/** The value whose dtype this output has, where another one decides. */
function stepBack(
  scopes: Scopes,
  scope: Scope,
  { node, at }: { node: NodeProto; at: number },
): { scope: Scope; name: string } | undefined {
  if (domainOf(node) !== DEFAULT_DOMAIN) return undefined;
  const opType = node.opType ?? '';
  const body = Object.hasOwn(BODIES, opType) ? BODIES[opType] : undefined;
  if (body === undefined) {
    const name = nameOfSameType(node);
    return name === undefined ? undefined : { scope, name };
  }
  const graph = attributeOf(node, body.attribute)?.g;
  const name = graph?.output[at + body.skip]?.name;
  return graph === undefined || name === undefined ? undefined : { scope: scopeOf(scopes, graph, scope), name };
}

function scopeOf(scopes: Scopes, graph: GraphProto, outer: Scope | undefined): Scope {
  const known = scopes.get(graph);
  if (known !== undefined) return known;
  const origins = new Map<string, Origin>();
  for (const { name = '', type } of graph.input) origins.set(name, { given: type?.tensorType?.elemType });
  for (const { name = '', dataType } of graph.initializer) origins.set(name, { given: dataType });
  for (const node of graph.node) for (const [at, name] of node.output.entries()) origins.set(name, { node, at });
  const scope = { origins, made: new Map<string, number | undefined>(), outer };
  scopes.set(graph, scope);
  return scope;
}

/** The input whose dtype the node's output has, where that alone decides. */
function nameOfSameType(node: NodeProto): string | undefined {
  const opType = node.opType ?? '';
  if (PASSING.has(opType)) return node.input[0];
  if (opType === 'CastLike') return node.input[1];
  return opType === 'QuantizeLinear' && node.input[2] !== '' ? node.input[2] : undefined;
}

function ownType(node: NodeProto): number | undefined {
  if (domainOf(node) !== DEFAULT_DOMAIN) return undefined;
  const opType = node.opType ?? '';
  const number = (attribute: string) => {
    const value = attributeOf(node, attribute)?.i;
    return value === undefined ? undefined : Number(value);
  };
  if (opType === 'Cast' || opType === 'BitCast') return number('to');
  if (opType === 'QuantizeLinear') return number('output_dtype') || dtypeNumber('uint8');
  if (opType === 'Constant' || opType === 'ConstantOfShape') {
    const { t, sparseTensor } = attributeOf(node, 'value') ?? attributeOf(node, 'sparse_value') ?? {};
    return t?.dataType ?? sparseTensor?.values?.dataType;
  }
  return number('dtype');
}
