import {
  dtypeName,
  dtypeNumber,
  type DType,
  type Dimension,
  type GraphProto,
  type TypeProto,
  type ValueInfoProto,
} from '@plumbline/shared/onnx';

/** Length, symbol, or null where the model does not say. */
export type DimensionView = number | string | null;

export interface ValueView {
  name: string;
  /** A tensor's dtype, or `sequence<map>`, `sequence<…>`, `map`, `optional`, `sparse`, `opaque`, `undefined`. */
  dtype: string;
  /** Null: not a tensor, or of unknown rank. */
  shape: DimensionView[] | null;
}

export function describeValue(value: ValueInfoProto): ValueView {
  const { type } = value;
  const shape = type?.tensorType?.shape?.dim.map(describeDimension) ?? null;
  return { name: value.name ?? '', dtype: describeDType(type), shape };
}

/** What a caller must feed: graph inputs that an initializer already gives a value are left out. */
export function feedsOf(graph: GraphProto): ValueInfoProto[] {
  const given = new Set([
    ...graph.initializer.map((tensor) => tensor.name),
    ...(graph.sparseInitializer ?? []).map((sparse) => sparse.values?.name),
  ]);
  return graph.input.filter((input) => !given.has(input.name));
}

/** A tensor type; a null dimension is left open. */
export function tensorType(dtype: DType, shape: DimensionView[]): TypeProto {
  const dim = shape.map((size): Dimension => {
    if (size === null) return {};
    return typeof size === 'string' ? { dimParam: size } : { dimValue: BigInt(size) };
  });
  return { tensorType: { elemType: dtypeNumber(dtype), shape: { dim } } };
}

function describeDType(type: TypeProto | undefined): string {
  if (type?.tensorType !== undefined) return dtypeName(type.tensorType.elemType);
  if (type?.sequenceType !== undefined) return `sequence<${describeDType(type.sequenceType.elemType)}>`;
  if (type?.mapType !== undefined) return 'map';
  if (type?.optionalType !== undefined) return 'optional';
  if (type?.sparseTensorType !== undefined) return 'sparse';
  return type?.opaqueType === undefined ? 'undefined' : 'opaque';
}

function describeDimension(dimension: Dimension): DimensionView {
  const { dimValue, dimParam } = dimension;
  // Some exporters write -1 for "any", and ONNX Runtime reads it so.
  if (dimValue !== undefined) return dimValue < 0n || dimValue > 2n ** 53n ? null : Number(dimValue);
  return dimParam === undefined || dimParam === '' ? null : dimParam;
}
