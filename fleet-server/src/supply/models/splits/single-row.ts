import type { LabRun, LabTensor } from '../../../platform/ports/index.ts';
import type { ValueView } from '../../onnx/index.ts';
import type { Split } from './splits.ts';

/** The first row of a split as a run of its own: what a device is asked when one activity is looked at. */
export function singleRow({ runs }: Split, inputs: readonly ValueView[]): LabRun | undefined {
  return runs[0]?.map((tensor) => {
    const shape = inputs.find(({ name }) => name === tensor.name)?.shape;
    const isBatch = shape !== undefined && shape !== null && shape.length > 0 && typeof shape[0] !== 'number';
    return isBatch ? firstOf(tensor) : tensor;
  });
}

function firstOf(tensor: LabTensor): LabTensor {
  const [rows = 1, ...rest] = tensor.dims;
  if (rows <= 1) return tensor;
  return { ...tensor, dims: [1, ...rest], data: tensor.data.slice(0, tensor.data.length / rows) };
}
