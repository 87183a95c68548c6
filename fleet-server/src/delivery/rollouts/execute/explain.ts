import type { Rollout, RolloutDeps } from '../read.ts';
import { readTurns } from './give-out.ts';
import { describeObstacles, type Obstacle } from './obstacles.ts';

export interface TurnsExplained {
  /** Members whose turn it is. */
  due: number;
  /** Why each of the others waits. */
  waiting: { device: string; obstacle: Obstacle }[];
  sentence: string;
}

/** Who has not been given the release yet, and what each of them waits for. */
export async function explainTurns(deps: RolloutDeps, rollout: Rollout): Promise<TurnsExplained> {
  const { due, obstacles } = await readTurns(deps, rollout);
  const waiting = [...obstacles].map(([device, obstacle]) => ({ device, obstacle }));
  return { due: due.length, waiting, sentence: describeObstacles(obstacles.values()) };
}
