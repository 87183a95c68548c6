import { checkGraph } from './check-graph.ts';
import { refuseUnreadableTypes } from './refuse-unsupported.ts';
import { stripZipMaps } from './strip-zip-map.ts';
import { decodeModel, type DecodeLimits } from '@plumbline/shared/onnx';
import { encodeModel } from '../codec/encode-model.ts';

export interface CleanedModel {
  /** The very bytes handed in when nothing had to change. */
  bytes: Uint8Array;
  /** One sentence per change, for the card and the audit row. */
  changes: string[];
}

/**
 * Makes a foreign model one that a device can load, feed and read. It does not run the model: that is for a trial process.
 * @throws {OnnxError} whatever `decodeModel` and `checkGraph` refuse, and onnx_dtype_unsupported
 */
export function cleanForRuntime(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): CleanedModel {
  const model = decodeModel(bytes, limits);
  checkGraph(model);
  const changes = stripZipMaps(model);
  refuseUnreadableTypes(model);
  return { bytes: changes.length === 0 ? bytes : encodeModel(model), changes };
}
