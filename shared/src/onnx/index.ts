/** Reading ONNX: the protobuf messages, their tensors, and tree ensembles of every version in one neutral form. */
export { OnnxError, quoted, type OnnxErrorCode } from './onnx-error.ts';
export type * from './codec/messages.ts';
export { ATTRIBUTE } from './codec/messages.ts';
export { decodeModel } from './codec/decode-model.ts';
export { decodeTensor } from './codec/decode-tensor.ts';
export { DEFAULT_LIMITS, type DecodeLimits } from './codec/limits.ts';
export { NUMBERS, type NumberArray, type NumberType } from './codec/number-list.ts';
export { SCHEMAS, type Field, type MessageName } from './codec/schema.ts';
export { dtypeName, dtypeNumber, tensorBytes, tensorValues, type DType, type TensorValues } from './codec/tensor.ts';
export { WIRE } from './codec/wire-reader.ts';
export { attributeReader, type AttributeReader } from './graph/attribute-reader.ts';
export { createConstants, fromFloat16, isFloatType, type Constant, type FloatType } from './graph/constants.ts';
export { attributeOf, DEFAULT_DOMAIN, domainOf, isOperator, ML_DOMAIN, operatorName } from './graph/operator.ts';
export { baseOf, plus, severalClasses, twoClasses, type Combination, type Decision } from './trees/decide-scores.ts';
export * from './trees/ensemble.ts';
export { readV3 } from './trees/read-v3.ts';
export { readV5 } from './trees/read-v5.ts';
