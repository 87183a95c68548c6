/** The ONNX room: codec, view, intake cleaning, exporters and recipes. */
export { decodeModel, dtypeName, OnnxError, tensorValues } from '@plumbline/shared/onnx';
export type {
  AttributeProto,
  DecodeLimits,
  DType,
  GraphProto,
  ModelProto,
  NodeProto,
  OnnxErrorCode,
  TensorProto,
  TensorValues,
  TypeProto,
  ValueInfoProto,
} from '@plumbline/shared/onnx';
export type {
  CategoryColumn,
  Columns,
  FittedModel,
  KernelModel,
  LinearModel,
  NeighboursModel,
  NetworkModel,
  NumberColumn,
  Tree,
  TreesModel,
} from './fitted-model.ts';
export { holdsRows, scoreIsShare } from './fitted-model.ts';

export { encodeModel } from './codec/encode-model.ts';

export { inspectModel } from './graph/inspect-model.ts';
export type { ModelView } from './graph/inspect-model.ts';
export type { DimensionView, ValueView } from './graph/value-type.ts';
export { cleanForRuntime } from './graph/clean-for-runtime.ts';
export type { CleanedModel } from './graph/clean-for-runtime.ts';
export { classLabels } from './graph/class-labels.ts';

export { exportModel, exportTreesAsV3 } from './export/export-model.ts';
export type { ExportOptions } from './export/export-model.ts';
export { evaluate } from './export/evaluate.ts';

export { recipeFamilies } from './recipes/families.ts';
export type { Candidate, RecipeContext, RecipeFamily } from './recipes/recipe.ts';
