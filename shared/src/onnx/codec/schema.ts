import type { NumberType } from './number-list.ts';

export type MessageName = keyof typeof MESSAGES;

/** One field: its property name in `messages.ts` and how it lies on the wire. */
export interface Field {
  name: string;
  type: NumberType | 'string' | 'bytes' | 'message';
  /** Set when `type` is `message`. */
  message?: MessageName;
  list?: true;
  /** A list that is present, perhaps empty, in every decoded message. */
  always?: true;
  /** Fields of one group exclude each other: the last one on the wire wins. */
  oneof?: true;
}

type Scalar = Exclude<Field['type'], 'message'>;

const one = (name: string, type: Scalar): Field => ({ name, type });
const many = (name: string, type: Scalar): Field => ({ name, type, list: true });
const lists = (name: string, type: Scalar): Field => ({ name, type, list: true, always: true });
const child = (name: string, message: string): Field => ({ name, type: 'message', message: message as MessageName });
const children = (name: string, message: string): Field => ({ ...child(name, message), list: true });
const alwaysChildren = (name: string, message: string): Field => ({ ...children(name, message), always: true });
const oneOf = (field: Field): Field => ({ ...field, oneof: true });

/**
 * Field numbers of onnx-ml.proto3 (ONNX 1.19). What is not listed (training_info, device configurations,
 * tensor segments, later additions) is kept as unknown bytes and written back.
 */
const MESSAGES = {
  model: {
    1: one('irVersion', 'int64'),
    2: one('producerName', 'string'),
    3: one('producerVersion', 'string'),
    4: one('domain', 'string'),
    5: one('modelVersion', 'int64'),
    6: one('docString', 'string'),
    7: child('graph', 'graph'),
    8: alwaysChildren('opsetImport', 'opset'),
    14: alwaysChildren('metadataProps', 'entry'),
    25: alwaysChildren('functions', 'function'),
  },
  opset: { 1: one('domain', 'string'), 2: one('version', 'int64') },
  entry: { 1: one('key', 'string'), 2: one('value', 'string') },
  graph: {
    1: alwaysChildren('node', 'node'),
    2: one('name', 'string'),
    5: alwaysChildren('initializer', 'tensor'),
    10: one('docString', 'string'),
    11: alwaysChildren('input', 'valueInfo'),
    12: alwaysChildren('output', 'valueInfo'),
    13: alwaysChildren('valueInfo', 'valueInfo'),
    14: children('quantizationAnnotation', 'annotation'),
    15: children('sparseInitializer', 'sparseTensor'),
    16: children('metadataProps', 'entry'),
  },
  node: {
    1: lists('input', 'string'),
    2: lists('output', 'string'),
    3: one('name', 'string'),
    4: one('opType', 'string'),
    5: alwaysChildren('attribute', 'attribute'),
    6: one('docString', 'string'),
    7: one('domain', 'string'),
    8: one('overload', 'string'),
    9: children('metadataProps', 'entry'),
  },
  attribute: {
    1: one('name', 'string'),
    2: one('f', 'float'),
    3: one('i', 'int64'),
    4: one('s', 'bytes'),
    5: child('t', 'tensor'),
    6: child('g', 'graph'),
    7: many('floats', 'float'),
    8: many('ints', 'int64'),
    9: many('strings', 'bytes'),
    10: children('tensors', 'tensor'),
    11: children('graphs', 'graph'),
    13: one('docString', 'string'),
    14: child('tp', 'type'),
    15: children('typeProtos', 'type'),
    20: one('type', 'int32'),
    21: one('refAttrName', 'string'),
    22: child('sparseTensor', 'sparseTensor'),
    23: children('sparseTensors', 'sparseTensor'),
  },
  tensor: {
    1: many('dims', 'int64'),
    2: one('dataType', 'int32'),
    4: many('floatData', 'float'),
    5: many('int32Data', 'int32'),
    6: many('stringData', 'bytes'),
    7: many('int64Data', 'int64'),
    8: one('name', 'string'),
    9: one('rawData', 'bytes'),
    10: many('doubleData', 'double'),
    11: many('uint64Data', 'uint64'),
    12: one('docString', 'string'),
    13: children('externalData', 'entry'),
    14: one('dataLocation', 'int32'),
    16: children('metadataProps', 'entry'),
  },
  sparseTensor: { 1: child('values', 'tensor'), 2: child('indices', 'tensor'), 3: many('dims', 'int64') },
  annotation: { 1: one('tensorName', 'string'), 2: children('quantParameterTensorNames', 'entry') },
  valueInfo: {
    1: one('name', 'string'),
    2: child('type', 'type'),
    3: one('docString', 'string'),
    4: children('metadataProps', 'entry'),
  },
  type: {
    1: oneOf(child('tensorType', 'tensorType')),
    4: oneOf(child('sequenceType', 'elementType')),
    5: oneOf(child('mapType', 'mapType')),
    6: one('denotation', 'string'),
    7: oneOf(child('opaqueType', 'opaqueType')),
    8: oneOf(child('sparseTensorType', 'tensorType')),
    9: oneOf(child('optionalType', 'elementType')),
  },
  tensorType: { 1: one('elemType', 'int32'), 2: child('shape', 'shape') },
  elementType: { 1: child('elemType', 'type') },
  mapType: { 1: one('keyType', 'int32'), 2: child('valueType', 'type') },
  opaqueType: { 1: one('domain', 'string'), 2: one('name', 'string') },
  shape: { 1: alwaysChildren('dim', 'dimension') },
  dimension: {
    1: oneOf(one('dimValue', 'int64')),
    2: oneOf(one('dimParam', 'string')),
    3: one('denotation', 'string'),
  },
  function: {
    1: one('name', 'string'),
    4: lists('input', 'string'),
    5: lists('output', 'string'),
    6: many('attribute', 'string'),
    7: alwaysChildren('node', 'node'),
    8: one('docString', 'string'),
    9: alwaysChildren('opsetImport', 'opset'),
    10: one('domain', 'string'),
    11: children('attributeProto', 'attribute'),
    12: children('valueInfo', 'valueInfo'),
    13: one('overload', 'string'),
    14: children('metadataProps', 'entry'),
  },
};

export interface Schema {
  byNumber: ReadonlyMap<number, Field>;
  /** Highest number first: the writer works from the end. */
  descending: readonly (readonly [number, Field])[];
  alwaysLists: readonly string[];
  oneofs: readonly Field[];
}

function schemaOf(fields: Record<number, Field>): Schema {
  const entries = Object.entries(fields).map(([number, field]) => [Number(number), field] as const);
  return {
    byNumber: new Map(entries),
    descending: entries.toReversed(),
    alwaysLists: entries.flatMap(([, field]) => (field.always ? [field.name] : [])),
    oneofs: entries.flatMap(([, field]) => (field.oneof ? [field] : [])),
  };
}

export const SCHEMAS = Object.fromEntries(
  Object.entries(MESSAGES).map(([name, fields]) => [name, schemaOf(fields)]),
) as Record<MessageName, Schema>;
