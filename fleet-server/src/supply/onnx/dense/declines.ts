import { findLayers } from '../rewrite/layers.ts';
import { dtypeName, type ModelProto } from '@plumbline/shared/onnx';
import { graphsOf, nodesOf } from '../graph/walk.ts';
import { guessFamily } from '../view/family.ts';

const QUANTIZED = /^(Dynamic)?(Quantize|Dequantize)|^QLinear|^QGemm$|^QAttention$|Integer(ToFloat)?$|NBits$/;
const CONVOLUTIONAL = /^(Q?Linear)?(Conv|DeformConv|ConvTranspose)$/;
const RECURRENT = /^(LSTM|GRU|RNN|Loop|Scan)$/;

/** Below this, names and nodes weigh as much as the weights. */
const WORTH_BYTES = 1024;

/** Why dense recipes have nothing to offer for a model, as a sentence for a person; undefined when they have. */
export function declinesDense(model: ModelProto): string | undefined {
  const quantized = countOperators(model, QUANTIZED);
  if (quantized !== '') return `already quantized: ${quantized}`;
  const convolutional = countOperators(model, CONVOLUTIONAL);
  const recurrent = countOperators(model, RECURRENT);
  if (convolutional !== '' || recurrent !== '') {
    const kinds = [convolutional && 'convolutional', recurrent && 'recurrent'].filter(Boolean).join(' and ');
    const what = [convolutional, recurrent].filter(Boolean).join(', ');
    return `a ${kinds} network: ${what}; its recipes come later`;
  }
  const layers = findLayers(model);
  if (layers.length === 0) {
    const narrow = narrowWeights(model);
    if (narrow > 0) return `already quantized: ${narrow} tensor(s) of 8-bit weights`;
    return 'no dense network: no Gemm or MatMul multiplies by constant weights';
  }
  const { family, sentence } = guessFamily(model);
  if (family === 'vectors')
    return `no dense network, but ${sentence}: its vectors keep their digits, or distances move`;
  const bytes = layers.reduce((sum, layer) => sum + layer.constant.storedBytes, 0);
  if (bytes >= WORTH_BYTES) return undefined;
  return `too little to shrink: ${bytes} bytes of weights in Gemm and MatMul, less than ${WORTH_BYTES}`;
}

/** Such as `Conv × 4, ConvTranspose × 1`; empty when no operator matches. */
function countOperators(model: ModelProto, pattern: RegExp): string {
  const counts = new Map<string, number>();
  for (const { node } of nodesOf(model)) {
    const opType = node.opType ?? '';
    if (pattern.test(opType)) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  }
  return [...counts].map(([opType, count]) => `${opType} × ${count}`).join(', ');
}

function narrowWeights(model: ModelProto): number {
  const tensors = [...graphsOf(model)].flatMap((graph) => graph.initializer);
  return tensors.filter((tensor) => dtypeName(tensor.dataType) === 'int8' && (tensor.dims?.length ?? 0) >= 2).length;
}
