import { DEFAULT_DOMAIN, domainOf, type ModelProto, type OperatorSetId } from '@plumbline/shared/onnx';
import { nodesOf } from '../graph/walk.ts';

/** Oldest default operator set that ONNX Runtime promises to run. */
export const OLDEST_OPSET = 7;

/**
 * Versions, above 6, of the default domain at which a node that was right before may mean something else, by operator
 * (Changelog of the ONNX operators, up to version 13). What is not listed is never moved.
 */
const CHANGES: Record<string, readonly number[]> = {
  ...unchanged('Abs Add And ArgMax ArgMin Cast Ceil Concat Constant ConstantOfShape Cos Div Elu Equal Erf Exp Expand'),
  ...unchanged('Flatten Floor Gather Gemm Greater HardSigmoid Identity IsNaN LeakyRelu Less Log MatMul Max Mean Min'),
  ...unchanged(
    'Mul Neg Not OneHot Or Pow PRelu Reciprocal ReduceMax ReduceMean ReduceMin Relu Reshape Selu Shape Sigmoid Sign Sin Softplus Softsign',
  ),
  ...unchanged('Sqrt Sub Sum Tanh Tile Transpose Where Xor'),
  BatchNormalization: [9],
  Clip: [11],
  Dropout: [10, 12],
  LogSoftmax: [13],
  ReduceSum: [13],
  Slice: [10],
  Softmax: [13],
  Squeeze: [13],
  TopK: [10, 11],
  Unsqueeze: [13],
};

/** Versions of the file format that came out with an operator set; runtimes check the pair loosely, tools do not. */
const IR_VERSIONS: readonly (readonly [opset: number, ir: bigint])[] = [
  [11, 6n],
  [13, 7n],
];

/** Version of the default domain that the model imports; 0 when it imports none. */
export function opsetOf(model: ModelProto): number {
  return Math.max(0, ...importsOf(model).map(({ version }) => Number(version ?? 0n)));
}

/**
 * Why the model cannot use operators of this version (at most 13) of the default domain, as the end of a sentence.
 * @param newest newest version that the device takes, undefined when not known
 */
export function cannotUseOpset(model: ModelProto, wanted: number, newest: number | undefined): string | undefined {
  const current = opsetOf(model);
  if (current >= wanted) return undefined;
  if (newest !== undefined && newest < wanted) return `it needs opset ${wanted} and the device takes ${newest}`;
  const why = `it needs opset ${wanted}, the model has ${current}`;
  if (current < OLDEST_OPSET || model.functions.length > 0) return why;
  for (const { node } of nodesOf(model)) {
    if (domainOf(node) !== DEFAULT_DOMAIN) continue;
    const changes = CHANGES[node.opType ?? ''];
    const moved = changes?.some((version) => current < version && version <= wanted) ?? true;
    if (moved) return `${why} and its ${node.opType} may mean something else there`;
  }
  return undefined;
}

/** Raises the default domain to at least this version, in place; ask `cannotUseOpset` before. */
export function raiseOpset(model: ModelProto, wanted: number): void {
  if (opsetOf(model) >= wanted) return;
  for (const each of importsOf(model)) each.version = BigInt(wanted);
  for (const [opset, ir] of IR_VERSIONS) {
    if (wanted >= opset && (model.irVersion ?? 0n) < ir) model.irVersion = ir;
  }
}

/** Some exporters import the default domain twice. */
function importsOf(model: ModelProto): OperatorSetId[] {
  return model.opsetImport.filter((opset) => !opset.domain || opset.domain === DEFAULT_DOMAIN);
}

function unchanged(names: string): Record<string, readonly number[]> {
  return Object.fromEntries(names.split(' ').map((name) => [name, []]));
}
