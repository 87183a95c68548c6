import type { DenseLayer } from '../rewrite/layers.ts';
import { cannotUseOpset, OLDEST_OPSET, raiseOpset } from '../rewrite/raise-opset.ts';
import { encodeModel } from '../codec/encode-model.ts';
import type { ModelProto } from '@plumbline/shared/onnx';
import type { GraphEdit } from '../rewrite/edit-graph.ts';
import { editGraph } from '../rewrite/edit-graph.ts';

/** One way to write the weights of layers, and the multiplication by them, in fewer bytes. */
export interface LayerEncoding {
  recipe: string;
  /** Oldest default operator set that has its operators. */
  opset: number;
  /** What people should know of every model written so. */
  notes: string[];
  /** Why a layer has to stay as it is, as the end of a sentence; undefined when it can be encoded. */
  refuses(layer: DenseLayer): string | undefined;
  /** Bytes of the file that encoding the layer saves, about. */
  savesBytes(layer: DenseLayer): number;
  write(edit: GraphEdit, layers: readonly DenseLayer[]): void;
}

/** Nodes, names and framing that a layer's encoding adds to the file, about. */
export const FRAMING_BYTES = 200;

/** The model with these of its layers encoded. */
export function writeEncoded(model: ModelProto, encoding: LayerEncoding, layers: readonly DenseLayer[]): Uint8Array {
  const edit = editGraph(model);
  encoding.write(edit, layers);
  raiseOpset(edit.model, encoding.opset);
  return encodeModel(edit.finish());
}

/** Why no layer of a model can be encoded so on a device, as the end of a sentence. */
export function impossible(
  encoding: LayerEncoding,
  model: ModelProto,
  opsets: Readonly<Record<string, number>>,
): string | undefined {
  const newest = opsets['ai.onnx'] ?? opsets[''];
  return cannotUseOpset(model, Math.max(encoding.opset, OLDEST_OPSET), newest);
}
