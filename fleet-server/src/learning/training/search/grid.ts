import { TrainingError } from '../errors.ts';
import type {
  Algorithm,
  BoostingParameters,
  ForestParameters,
  LogisticParameters,
  Member,
} from '../learners/parameters.ts';
import { checkMember } from '../learners/parameters.ts';

export interface Grid {
  logistic: LogisticParameters[];
  boosting: BoostingParameters[];
  forest: ForestParameters[];
}

/** Small on purpose: every member more is one more chance to be lucky, which the quality gate charges for. */
export const defaultGrid: Grid = {
  logistic: [{ c: 0.1 }, { c: 1 }],
  boosting: [
    { trees: 150, rate: 0.05, leaves: 15, minRows: 20 },
    // Weak on purpose: across few projects it carries further than a strong one.
    { trees: 60, rate: 0.05, leaves: 4, minRows: 50 },
  ],
  forest: [
    { trees: 100, depth: 12, minRows: 5 },
    // Weak, for the same reason.
    { trees: 100, depth: 6, minRows: 20 },
  ],
};

/** The configurations in the order that breaks ties: logistic first, because it is the simpler model. */
export function listMembers(algorithms: readonly Algorithm[], grid: Partial<Grid>): Member[] {
  const logistic = (grid.logistic ?? defaultGrid.logistic).map((parameters): Member => ({
    algorithm: 'logistic',
    parameters,
  }));
  const boosting = (grid.boosting ?? defaultGrid.boosting).map((parameters): Member => ({
    algorithm: 'boosting',
    parameters,
  }));
  const forest = (grid.forest ?? defaultGrid.forest).map((parameters): Member => ({ algorithm: 'forest', parameters }));
  const members = [...logistic, ...boosting, ...forest].filter(({ algorithm }) => algorithms.includes(algorithm));
  members.forEach(checkMember);
  if (members.length > 0) return members;
  throw new TrainingError('bad_parameter', 'The grid holds no configuration of the algorithms asked for.', {
    field: 'grid',
    expected: 'at least one configuration of logistic, boosting or forest',
  });
}
