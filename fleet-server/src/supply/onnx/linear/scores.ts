import {
  DEFAULT_DOMAIN,
  ML_DOMAIN,
  attributeOf,
  createConstants,
  isOperator,
  type AttributeProto,
  type Constant,
  type ModelProto,
  type NodeProto,
} from '@plumbline/shared/onnx';
import { floats } from '../export/proto.ts';
import { countReads, createNames, unnamed } from '../rewrite/edit-graph.ts';
import { rawTensor } from '../rewrite/constants.ts';
import { findLayers } from '../rewrite/layers.ts';

/** One place in the graph that multiplies features by coefficients and adds an intercept. */
export interface LinearScores {
  node: NodeProto;
  /** Which input of the node the features are. */
  side: number;
  features: number;
  outputs: number;
  coefficient(feature: number, output: number): number;
  intercept(output: number): number;
  /** Writes others in their place; both in the order of `coefficient` and `intercept`. */
  write(coefficient: (feature: number, output: number) => number, intercepts: Float32Array): void;
}

/** LinearClassifier and LinearRegressor nodes; without any, the one Gemm or MatMul that multiplies by constants. */
export function findScores(model: ModelProto): LinearScores[] {
  const ml = model.graph.node.flatMap((each) => operatorScores(each) ?? []);
  return ml.length > 0 ? ml : matrixScores(model);
}

function operatorScores(each: NodeProto): LinearScores | undefined {
  const isClassifier = isOperator(each, ML_DOMAIN, 'LinearClassifier');
  if (!isClassifier && !isOperator(each, ML_DOMAIN, 'LinearRegressor')) return undefined;
  const coefficients = attributeOf(each, 'coefficients')?.floats ?? new Float32Array();
  const given = attributeOf(each, 'intercepts')?.floats;
  const outputs = isClassifier ? (given?.length ?? 0) : Number(attributeOf(each, 'targets')?.i ?? 1n);
  const intercepts = given ?? new Float32Array(outputs);
  const features = coefficients.length / outputs;
  if (!Number.isInteger(features) || features === 0 || intercepts.length !== outputs) return undefined;
  return {
    node: each,
    side: 0,
    features,
    outputs,
    coefficient: (feature, output) => coefficients[output * features + feature]!,
    intercept: (output) => intercepts[output]!,
    write(coefficient, written) {
      const values = Float32Array.from(coefficients, (_, index) =>
        coefficient(index % features, Math.floor(index / features)),
      );
      const rest = each.attribute.filter(({ name }) => name !== 'coefficients' && name !== 'intercepts');
      each.attribute = [...rest, floats('coefficients', values), floats('intercepts', written)];
    },
  };
}

function matrixScores(model: ModelProto): LinearScores[] {
  const [layer, ...others] = findLayers(model);
  const use = layer?.uses[0];
  if (layer === undefined || use === undefined || others.length > 0 || layer.uses.length > 1) return [];
  const { constant, weight } = layer;
  const multiplier = model.graph.node[use.at]!;
  const bias = biasOf(model, multiplier, use.op, createConstants(model));
  const isMatrix = constant.dims.length === 2 && constant.dtype === 'float32';
  if (!use.plain || !layer.exclusive || !isMatrix || use.alpha !== 1 || bias === undefined) return [];
  const [features, outputs] = (use.transposed ? constant.dims.toReversed() : constant.dims) as [number, number];
  const placeOf = (feature: number, output: number) =>
    use.transposed ? output * features + feature : feature * outputs + output;
  if (bias.values.length !== 1 && bias.values.length !== outputs) return [];
  return [
    {
      node: multiplier,
      side: 0,
      features,
      outputs,
      coefficient: (feature, output) => constant.values[placeOf(feature, output)]!,
      intercept: (output) => use.beta * (bias.values.length === 1 ? bias.values[0]! : bias.values[output]!),
      write(coefficient, intercepts) {
        const values = constant.values.slice();
        for (let feature = 0; feature < features; feature += 1) {
          for (let output = 0; output < outputs; output += 1) {
            values[placeOf(feature, output)] = coefficient(feature, output);
          }
        }
        const { graph } = model;
        graph.initializer = graph.initializer.filter((tensor) => tensor.name !== weight);
        graph.node = graph.node.filter((each) => !each.output.includes(weight));
        graph.initializer.push(rawTensor(weight, 'float32', constant.dims, values));
        bias.write(intercepts);
      },
    },
  ];
}

interface Bias {
  values: ArrayLike<number>;
  write(values: Float32Array): void;
}

/** The bias of a Gemm, or of the Add that alone reads a MatMul; undefined when it is no constant row. */
function biasOf(
  model: ModelProto,
  multiplier: NodeProto,
  op: 'Gemm' | 'MatMul',
  constantOf: (name: string) => Constant | undefined,
): Bias | undefined {
  const { graph } = model;
  const stored = (values: Float32Array) => {
    const name = createNames(model)('intercept');
    graph.initializer.push(rawTensor(name, 'float32', [values.length], values));
    return name;
  };
  if (op === 'Gemm') {
    const bias = multiplier.input[2] ? constantOf(multiplier.input[2]) : ZERO;
    if (!isRow(bias)) return undefined;
    return {
      values: bias.values,
      write(values) {
        multiplier.input = [...multiplier.input.slice(0, 2), stored(values)];
        multiplier.attribute = multiplier.attribute.filter(({ name }: AttributeProto) => name !== 'beta');
      },
    };
  }
  const [product = ''] = multiplier.output;
  const reader = graph.node.find((each) => each.input.includes(product));
  const added = reader?.input.find((name) => name !== product);
  const constant = added === undefined ? undefined : constantOf(added);
  const isAdd = reader !== undefined && isOperator(reader, DEFAULT_DOMAIN, 'Add');
  if (isAdd && isRow(constant) && countReads(model).get(product) === 1) {
    return { values: constant.values, write: (values) => void (reader.input = [product, stored(values)]) };
  }
  return {
    values: ZERO.values,
    write(values) {
      if (values.every((value) => value === 0)) return;
      const inner = createNames(model)(`${product}_product`);
      multiplier.output = [inner];
      const add = unnamed('Add', [inner, stored(values)], [product]);
      graph.node.splice(graph.node.indexOf(multiplier) + 1, 0, add);
    },
  };
}

const ZERO: Constant = { dtype: 'float32', dims: [1], values: new Float32Array(1), storedBytes: 4 };

function isRow(constant: Constant | undefined): constant is Constant {
  return constant !== undefined && constant.dims.slice(0, -1).every((dim) => dim === 1) && constant.dims.length <= 2;
}
