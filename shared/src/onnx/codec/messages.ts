/**
 * The messages of onnx-ml.proto3 as plain values. Property names are the proto's in camel case; int64 is bigint,
 * repeated numbers are typed arrays, `bytes` are views of the file that was decoded: treat them as read-only.
 * Absent and explicit zero stay apart, so that a decoded message is written back as it came.
 */
interface Message {
  /** Fields this codec does not know, tags included, in file order; written back after the known ones. */
  unknown?: Uint8Array;
}

export interface ModelProto extends Message {
  irVersion?: bigint;
  producerName?: string;
  producerVersion?: string;
  domain?: string;
  modelVersion?: bigint;
  docString?: string;
  graph: GraphProto;
  opsetImport: OperatorSetId[];
  metadataProps: StringStringEntry[];
  functions: FunctionProto[];
}

export interface OperatorSetId extends Message {
  domain?: string;
  version?: bigint;
}

export interface StringStringEntry extends Message {
  key?: string;
  value?: string;
}

export interface GraphProto extends Message {
  name?: string;
  node: NodeProto[];
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo: ValueInfoProto[];
  docString?: string;
  quantizationAnnotation?: TensorAnnotation[];
  sparseInitializer?: SparseTensorProto[];
  metadataProps?: StringStringEntry[];
}

export interface NodeProto extends Message {
  input: string[];
  output: string[];
  attribute: AttributeProto[];
  name?: string;
  opType?: string;
  domain?: string;
  overload?: string;
  docString?: string;
  metadataProps?: StringStringEntry[];
}

/** AttributeProto.AttributeType */
export const ATTRIBUTE = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

export interface AttributeProto extends Message {
  name?: string;
  type?: number;
  f?: number;
  i?: bigint;
  s?: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  tp?: TypeProto;
  floats?: Float32Array;
  ints?: BigInt64Array;
  strings?: Uint8Array[];
  tensors?: TensorProto[];
  graphs?: GraphProto[];
  typeProtos?: TypeProto[];
  sparseTensor?: SparseTensorProto;
  sparseTensors?: SparseTensorProto[];
  refAttrName?: string;
  docString?: string;
}

export interface TensorProto extends Message {
  name?: string;
  dims?: BigInt64Array;
  dataType?: number;
  rawData?: Uint8Array;
  floatData?: Float32Array;
  doubleData?: Float64Array;
  int32Data?: Int32Array;
  int64Data?: BigInt64Array;
  uint64Data?: BigUint64Array;
  stringData?: Uint8Array[];
  externalData?: StringStringEntry[];
  dataLocation?: number;
  docString?: string;
  metadataProps?: StringStringEntry[];
}

export interface SparseTensorProto extends Message {
  values?: TensorProto;
  indices?: TensorProto;
  dims?: BigInt64Array;
}

export interface TensorAnnotation extends Message {
  tensorName?: string;
  quantParameterTensorNames?: StringStringEntry[];
}

export interface ValueInfoProto extends Message {
  name?: string;
  type?: TypeProto;
  docString?: string;
  metadataProps?: StringStringEntry[];
}

/** At most one of the `…Type` members is set. */
export interface TypeProto extends Message {
  tensorType?: TensorType;
  sparseTensorType?: TensorType;
  sequenceType?: { elemType?: TypeProto; unknown?: Uint8Array };
  optionalType?: { elemType?: TypeProto; unknown?: Uint8Array };
  mapType?: { keyType?: number; valueType?: TypeProto; unknown?: Uint8Array };
  opaqueType?: { domain?: string; name?: string; unknown?: Uint8Array };
  denotation?: string;
}

export interface TensorType extends Message {
  elemType?: number;
  /** Absent: rank unknown. */
  shape?: { dim: Dimension[]; unknown?: Uint8Array };
}

/** At most one of `dimValue` and `dimParam`; neither means unknown. */
export interface Dimension extends Message {
  dimValue?: bigint;
  dimParam?: string;
  denotation?: string;
}

export interface FunctionProto extends Message {
  name?: string;
  domain?: string;
  overload?: string;
  input: string[];
  output: string[];
  node: NodeProto[];
  opsetImport: OperatorSetId[];
  attribute?: string[];
  attributeProto?: AttributeProto[];
  valueInfo?: ValueInfoProto[];
  docString?: string;
  metadataProps?: StringStringEntry[];
}
