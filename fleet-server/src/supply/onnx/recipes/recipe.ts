import type { LabRun, LabTensor } from '../../../platform/ports/index.ts';
import type { ModelProto } from '@plumbline/shared/onnx';

/** One encoding of a model, to be weighed against the others for a class of devices. */
export interface Candidate {
  /** Kebab-case; also the name of the variant, e.g. `tree-v5`, `dense-int8`. */
  recipe: string;
  bytes: Uint8Array;
  /** Answers equal to those of the model as it came, up to the order of float additions. */
  lossless: boolean;
  /** What was done, for the card: layers that stayed in float, sizes of codebooks … */
  notes: string[];
}

/** What a recipe may use besides the graph. */
export interface RecipeContext {
  /** Runs to calibrate on; never those by which candidates are judged. */
  calibration: readonly LabRun[];
  /**
   * Values of the named tensors on each of the runs, from a trial process on onnxruntime-node.
   * @throws OnnxError when the model does not run there
   */
  observe: (model: Uint8Array, runs: readonly LabRun[], outputs: readonly string[]) => Promise<LabTensor[][]>;
  /** Newest operator sets that the device's runtime takes, by domain. */
  opsets: Readonly<Record<string, number>>;
}

/**
 * One family of recipes: looks at a model and writes every encoding it knows for it. The model it is given must not be
 * changed. The same model and context give the same bytes.
 */
export interface RecipeFamily {
  family: 'trees' | 'linear' | 'dense';
  /** Undefined when this family can do something for the model; otherwise why not, as a sentence for a person. */
  declines(model: ModelProto): string | undefined;
  candidates(model: ModelProto, context: RecipeContext): Promise<Candidate[]>;
}
