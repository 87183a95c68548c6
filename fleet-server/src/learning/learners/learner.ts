import type { FittedModel } from '../../supply/onnx/fitted-model.ts';
import type { Matrix } from './matrix.ts';
import type { SeededRandom } from './random.ts';

/** `classification`: probability that an activity is late. `regression`: by how many days. */
export type Task = 'classification' | 'regression';

/**
 * One algorithm. Everything the search, the command line and the docs know of it stands here; it is added by one line
 * in `index.ts`, and leaves the room as a `FittedModel`, which the exporter turns into a graph.
 */
export interface Learner<Parameters> {
  /** For people: `Random forest`. */
  title: string;
  tasks: readonly Task[];
  /** Throws `bad_parameter` naming `<algorithm>.<parameter>`. */
  check(parameters: Parameters): void;
  /** What is tried when nobody says otherwise, the weakest first. Few: the gate charges for every one. */
  grid: readonly Parameters[];
  /** One configuration for a random search, spread over everything worth trying. */
  draw(random: SeededRandom): Parameters;
  /**
   * Fits on all rows of the matrix, weighted by `matrix.weights`; on `matrix.targets` when the task is regression.
   * Same matrix, parameters and seed, same model to the bit. Throws `bad_parameter`, `too_large`.
   */
  fit(matrix: Matrix, parameters: Parameters, options: FitOptions): FittedModel;
}

export interface FitOptions {
  task: Task;
  seed: number;
}
