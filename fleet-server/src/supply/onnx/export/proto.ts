import {
  ATTRIBUTE,
  ML_DOMAIN,
  dtypeNumber,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
} from '@plumbline/shared/onnx';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An operator of the default domain. */
export function node(opType: string, input: string[], output: string[], attribute: AttributeProto[] = []): NodeProto {
  return { name: output[0] ?? opType, opType, input, output, attribute };
}

/** An operator of ai.onnx.ml. */
export function mlNode(opType: string, input: string[], output: string[], attribute: AttributeProto[]): NodeProto {
  return { ...node(opType, input, output, attribute), domain: ML_DOMAIN };
}

export function int(name: string, value: number): AttributeProto {
  return { name, type: ATTRIBUTE.int, i: BigInt(value) };
}

export function ints(name: string, values: BigInt64Array): AttributeProto {
  return { name, type: ATTRIBUTE.ints, ints: values };
}

export function float(name: string, value: number): AttributeProto {
  return { name, type: ATTRIBUTE.float, f: value };
}

export function floats(name: string, values: Float32Array): AttributeProto {
  return { name, type: ATTRIBUTE.floats, floats: values };
}

export function string(name: string, value: string): AttributeProto {
  return { name, type: ATTRIBUTE.string, s: utf8(value) };
}

export function strings(name: string, values: string[]): AttributeProto {
  return { name, type: ATTRIBUTE.strings, strings: values.map(utf8) };
}

export function tensor(name: string, value: TensorProto): AttributeProto {
  return { name, type: ATTRIBUTE.tensor, t: value };
}

/** Raw data is the smallest form, and the one every runtime reads. */
export function floatTensor(name: string, dims: number[], values: Float32Array): TensorProto {
  return { name, dataType: dtypeNumber('float32'), dims: dimsOf(dims), rawData: bytesOf(values) };
}

export function doubleTensor(name: string, dims: number[], values: Float64Array): TensorProto {
  return { name, dataType: dtypeNumber('float64'), dims: dimsOf(dims), rawData: bytesOf(values) };
}

export function byteTensor(name: string, values: Uint8Array): TensorProto {
  return { name, dataType: dtypeNumber('uint8'), dims: dimsOf([values.length]), rawData: values };
}

export function int64Scalar(name: string, value: number): TensorProto {
  return { name, dataType: dtypeNumber('int64'), rawData: bytesOf(BigInt64Array.of(BigInt(value))) };
}

function dimsOf(dims: number[]): BigInt64Array {
  return BigInt64Array.from(dims, BigInt);
}

function bytesOf(values: Float32Array | Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
