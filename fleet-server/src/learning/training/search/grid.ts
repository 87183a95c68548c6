import { TrainingError } from '../errors.ts';
import { type Algorithm, ALGORITHMS, checkMember, type Grid, LEARNERS, type Member } from '../../learners/index.ts';

/** The configurations in the order that breaks ties; an algorithm that the grid leaves out keeps its own. */
export function listMembers(algorithms: readonly Algorithm[], grid: Partial<Grid>): Member[] {
  const members = ALGORITHMS.filter((one) => algorithms.includes(one)).flatMap((algorithm) =>
    (grid[algorithm] ?? LEARNERS[algorithm].grid).map((parameters) => ({ algorithm, parameters }) as Member),
  );
  members.forEach(checkMember);
  if (members.length > 0) return members;
  throw new TrainingError('bad_parameter', 'The grid holds no configuration of the algorithms asked for.', {
    field: 'grid',
    expected: `at least one configuration of ${ALGORITHMS.join(', ')}`,
  });
}
