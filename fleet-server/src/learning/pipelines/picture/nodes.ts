import type { CheckedStep } from '../file/check.ts';
import type { StepAttempt, StepState } from '../runs/run.ts';

export type NodeState = StepState | 'pending';

/** A step as a picture shows it. */
export interface Node {
  name: string;
  uses: string;
  state: NodeState;
  /** How far from the first steps: it stands below everything it waits for. */
  level: number;
  after: string[];
  attempts: number;
  seconds: number | undefined;
  says: string;
}

/** A sign and a word for each state: no colour has to be told apart. */
export const SIGNS: Record<NodeState, string> = {
  pending: '·',
  running: '▶',
  waiting: '…',
  succeeded: '✓',
  cached: '≡',
  skipped: '–',
  failed: '✗',
  interrupted: '!',
  cancelled: '■',
};

/** @param steps in an order in which each comes after what it needs */
export function nodesOf(
  steps: readonly Pick<CheckedStep, 'name' | 'uses' | 'after'>[],
  latest: ReadonlyMap<string, StepAttempt>,
  now: number,
): Node[] {
  const levels = new Map<string, number>();
  return steps.map(({ name, uses, after }) => {
    const level = Math.max(-1, ...after.map((one) => levels.get(one) ?? 0)) + 1;
    levels.set(name, level);
    const last = latest.get(name);
    return {
      name,
      uses,
      after: [...after],
      level,
      state: last?.state ?? 'pending',
      attempts: last?.attempt ?? 0,
      seconds: last === undefined ? undefined : ((last.endedAt ?? now) - last.startedAt) / 1000,
      says: last?.error?.message ?? last?.says ?? '',
    };
  });
}
