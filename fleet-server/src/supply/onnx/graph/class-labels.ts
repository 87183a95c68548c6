import { ML_DOMAIN, attributeOf, isOperator, type ModelProto, type NodeProto } from '@plumbline/shared/onnx';

/** Operators that carry class labels; ZipMap first, because it names the very columns of the probabilities. */
const LABELLED = ['ZipMap', 'LinearClassifier', 'TreeEnsembleClassifier'];
const LABEL_ATTRIBUTES = ['classlabels_strings', 'classlabels_int64s', 'classlabels_ints'];

/**
 * Class labels in the order of the probability columns, integers as decimal strings; null where the model has none.
 * Ask before cleaning: `cleanForRuntime` takes the ZipMap away.
 */
export function classLabels(model: ModelProto): string[] | null {
  for (const opType of LABELLED) {
    for (const node of model.graph.node) {
      const labels = isOperator(node, ML_DOMAIN, opType) ? labelsOf(node) : null;
      if (labels !== null) return labels;
    }
  }
  return null;
}

/** The labels one node carries, or null. */
export function labelsOf(node: NodeProto): string[] | null {
  for (const name of LABEL_ATTRIBUTES) {
    const attribute = attributeOf(node, name);
    if (attribute?.strings !== undefined) return attribute.strings.map((bytes) => new TextDecoder().decode(bytes));
    if (attribute?.ints !== undefined) return Array.from(attribute.ints, String);
  }
  return null;
}
