import { editableCopy } from '../rewrite/edit-graph.ts';
import { tensorType } from './value-type.ts';
import { encodeModel } from '../codec/encode-model.ts';
import type { ModelProto } from '@plumbline/shared/onnx';

/**
 * The model as a file that also gives the named inner values, each of which must be a float32 tensor that a node of the
 * main graph writes; what leaves the graph anyway is not repeated. For calibration, never for a device.
 */
export function exposeValues(model: ModelProto, names: readonly string[]): Uint8Array {
  const copy = editableCopy(model);
  const present = new Set(copy.graph.output.map((output) => output.name));
  for (const name of names) {
    if (present.has(name)) continue;
    present.add(name);
    copy.graph.output.push({ name, type: openFloat() });
  }
  return encodeModel(copy);
}

/** Rank unknown: the runtime infers it. */
function openFloat() {
  const { tensorType: type } = tensorType('float32', []);
  return { tensorType: { elemType: type!.elemType! } };
}
