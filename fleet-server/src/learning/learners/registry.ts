import type { FittedModel } from '../../supply/onnx/fitted-model.ts';
import type { BoostingParameters } from './boosting/boosting.ts';
import { boosting } from './boosting/learner.ts';
import type { ForestParameters } from './forest/forest.ts';
import { forest } from './forest/learner.ts';
import type { FitOptions, Learner } from './learner.ts';
import { logistic } from './linear/learner.ts';
import type { LogisticParameters } from './linear/logistic.ts';
import type { Matrix } from './matrix.ts';

export interface ParametersOf {
  logistic: LogisticParameters;
  forest: ForestParameters;
  boosting: BoostingParameters;
}

export type Algorithm = keyof ParametersOf;

/** In the order that breaks ties: the simpler model first. */
export const LEARNERS: { [A in Algorithm]: Learner<ParametersOf[A]> } = { logistic, boosting, forest };

/** Names in the order that breaks ties. */
export const ALGORITHMS = Object.keys(LEARNERS) as Algorithm[];

/** One configuration the search tries. */
export type Member = { [A in Algorithm]: { algorithm: A; parameters: ParametersOf[A] } }[Algorithm];
export type MemberParameters = Member['parameters'];

/** Configurations to try, by algorithm. */
export type Grid = { [A in Algorithm]: ParametersOf[A][] };

/** Throws `bad_parameter` naming the first parameter outside its range. */
export function checkMember({ algorithm, parameters }: Member): void {
  learnerOf(algorithm).check(parameters);
}

/** Throws `bad_parameter`, `too_large`. */
export function fitMember({ algorithm, parameters }: Member, matrix: Matrix, options: FitOptions): FittedModel {
  const learner = learnerOf(algorithm);
  learner.check(parameters);
  return learner.fit(matrix, parameters, options);
}

/** A configuration keeps algorithm and parameters together, which the type of a lookup by name cannot say. */
function learnerOf(algorithm: Algorithm): Learner<MemberParameters> {
  return LEARNERS[algorithm] as Learner<MemberParameters>;
}
