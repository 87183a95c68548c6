/** The ONNX room: codec, view, intake cleaning, exporters and recipes. */
export { OnnxError } from './onnx-error.ts';
export type { OnnxErrorCode } from './onnx-error.ts';
export type {
  CategoryColumn,
  Columns,
  FittedModel,
  LinearModel,
  NumberColumn,
  Tree,
  TreesModel,
} from './fitted-model.ts';

export { decodeModel } from './codec/decode-model.ts';
export { encodeModel } from './codec/encode-model.ts';
export type { DecodeLimits } from './codec/limits.ts';
export type * from './codec/messages.ts';
export { dtypeName, tensorValues } from './codec/tensor.ts';
export type { DType, TensorValues } from './codec/tensor.ts';

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
