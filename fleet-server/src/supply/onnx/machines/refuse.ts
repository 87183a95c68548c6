import { OnnxError } from '@plumbline/shared/onnx';

/** What is wrong with a fitted model, by field: `weights has 3 values`. */
export function invalid(field: string, what: string, expected: string): OnnxError {
  return new OnnxError('onnx_fitted_invalid', `${field} ${what}`, { field, expected });
}

/** @throws {OnnxError} onnx_fitted_invalid */
export function checkFinite(field: string, value: number): void {
  if (!Number.isFinite(Math.fround(value))) throw invalid(field, `is ${value}`, 'a finite float32');
}

/** So many values, all of them finite. @throws {OnnxError} onnx_fitted_invalid */
export function checkValues(field: string, values: Float64Array, count: number): void {
  if (values.length !== count) throw invalid(field, `has ${values.length} values`, `${count} values`);
  values.forEach((value, index) => checkFinite(`${field}[${index}]`, value));
}
