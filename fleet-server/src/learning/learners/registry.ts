import type { FittedModel } from '../../supply/onnx/fitted-model.ts';
import type { AdaBoostParameters } from './adaboost/adaboost.ts';
import { adaboost } from './adaboost/learner.ts';
import type { BoostingParameters } from './boosting/boosting.ts';
import { boosting } from './boosting/learner.ts';
import { LearnerError } from './errors.ts';
import type { ForestParameters } from './forest/forest.ts';
import { forest } from './forest/learner.ts';
import { kernelSvm } from './kernel/learner.ts';
import type { KernelSvmParameters } from './kernel/kernel-svm.ts';
import type { FitOptions, Learner, Task, TrainingSize } from './learner.ts';
import { linearRegression, linearSvm, logistic } from './linear/learner.ts';
import type { LinearRegressionParameters } from './linear/linear-regression.ts';
import type { LinearSvmParameters } from './linear/linear-svm.ts';
import type { LogisticParameters } from './linear/logistic.ts';
import { type Matrix, matrixWidth } from './matrix.ts';
import { knn } from './neighbours/learner.ts';
import type { NeighboursParameters } from './neighbours/neighbours.ts';
import { mlp } from './network/learner.ts';
import type { NetworkParameters } from './network/network.ts';
import type { DecisionTreeParameters } from './tree/decision-tree.ts';
import { decisionTree } from './tree/learner.ts';

export interface ParametersOf {
  logistic: LogisticParameters;
  'linear-regression': LinearRegressionParameters;
  'linear-svm': LinearSvmParameters;
  knn: NeighboursParameters;
  'kernel-svm': KernelSvmParameters;
  mlp: NetworkParameters;
  'decision-tree': DecisionTreeParameters;
  adaboost: AdaBoostParameters;
  forest: ForestParameters;
  boosting: BoostingParameters;
}

export type Algorithm = keyof ParametersOf;

/** In the order that breaks ties: the simpler model first. */
export const LEARNERS: { [A in Algorithm]: Learner<ParametersOf[A]> } = {
  logistic,
  'linear-regression': linearRegression,
  'linear-svm': linearSvm,
  'decision-tree': decisionTree,
  knn,
  'kernel-svm': kernelSvm,
  mlp,
  adaboost,
  boosting,
  forest,
};

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

/** Throws `task_unsupported`, `too_large` or `would_ship_rows` where no fit on so many rows could come of it. */
export function refuseMember({ algorithm, parameters }: Member, task: Task, size: TrainingSize): void {
  const { title, tasks, refuse } = learnerOf(algorithm);
  if (!tasks.includes(task)) {
    const what = `${title} does not learn ${task === 'regression' ? 'numbers' : 'classes'}`;
    const expected = `an algorithm for ${task}`;
    throw new LearnerError('task_unsupported', what, { kind: 'refused', field: 'task', expected });
  }
  refuse?.(size, parameters);
}

/** Throws `bad_parameter`, and what `refuseMember` throws. */
export function fitMember(member: Member, matrix: Matrix, options: FitOptions): FittedModel {
  const { algorithm, parameters } = member;
  const learner = learnerOf(algorithm);
  learner.check(parameters);
  const { rows, columns } = matrix;
  refuseMember(member, options.task, { rows, columns: matrixWidth(columns), sites: options.sites ?? 1 });
  return learner.fit(matrix, parameters, options);
}

/** A configuration keeps algorithm and parameters together, which the type of a lookup by name cannot say. */
function learnerOf(algorithm: Algorithm): Learner<MemberParameters> {
  return LEARNERS[algorithm] as Learner<MemberParameters>;
}
