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
   * Operations of one fit, roughly, on so many rows and stored columns: what the gate may spend on retraining is counted
   * in these and not by a clock, because its figures must repeat. Absent: taken as heavy.
   */
  work?(parameters: Parameters, rows: number, columns: number): number;
  /**
   * Refuses a training set before anything is fitted, as `fitMember` does with the rows of one fold. Asked with all rows
   * it says early what the last fit would. Throws `too_large`, `would_ship_rows`.
   */
  refuse?(size: TrainingSize, parameters: Parameters): void;
  /**
   * Fits on all rows of the matrix, weighted by `matrix.weights`; on `matrix.targets` when the task is regression.
   * Same matrix, parameters and seed, same model to the bit. Throws `bad_parameter`, `too_large`.
   */
  fit(matrix: Matrix, parameters: Parameters, options: FitOptions): FittedModel;
}

export interface FitOptions {
  task: Task;
  seed: number;
  /** Distinct sites that the rows come from; absent means one. A model that holds rows would take them to the others. */
  sites?: number;
}

export interface TrainingSize {
  rows: number;
  /** Columns of the design matrix, indicators counted one by one. */
  columns: number;
  sites: number;
}
