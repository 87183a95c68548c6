import type { StepAttempt } from '../queries.ts';
import type { StepState } from './words.ts';

export interface Step {
  name: string;
  uses: string;
  needs: readonly string[];
  with: Record<string, unknown>;
  when?: string;
}

export interface GraphNode {
  name: string;
  uses: string;
  state: StepState;
  says: string;
  attempt: number;
  after: string[];
  /** Column, and place within it; each step stands to the right of all it waits for. */
  level: number;
  row: number;
}

/** Steps a step waits for: those it names, and those whose outputs it takes. */
export function stepsBefore({ needs, with: settings, when = '' }: Step, names: ReadonlySet<string>): string[] {
  const text = `${JSON.stringify(settings)} ${when}`;
  const taken = [...text.matchAll(/\$\{\{\s*([\w-]+)\./g)].map(([, name]) => name ?? '');
  return [...new Set([...needs, ...taken])].filter((name) => names.has(name));
}

/** Where each step stands. A step that waits for itself in a circle, which the server refuses, stands where it is met. */
export function layOut(steps: readonly Step[], attempts: readonly StepAttempt[]): GraphNode[] {
  const names = new Set(steps.map(({ name }) => name));
  const before = new Map(steps.map((step) => [step.name, stepsBefore(step, names)]));
  const levels = new Map<string, number>();
  const levelOf = (name: string, path: readonly string[]): number => {
    const known = levels.get(name);
    if (known !== undefined) return known;
    const own = (before.get(name) ?? []).filter((one) => !path.includes(one));
    const level = Math.max(-1, ...own.map((one) => levelOf(one, [...path, name]))) + 1;
    levels.set(name, level);
    return level;
  };
  const filled = new Map<number, number>();
  const latest = latestOf(attempts);
  return steps.map(({ name, uses }) => {
    const level = levelOf(name, [name]);
    const row = filled.get(level) ?? 0;
    filled.set(level, row + 1);
    const last = latest.get(name);
    return {
      name,
      uses,
      level,
      row,
      after: before.get(name) ?? [],
      state: last?.state ?? 'pending',
      says: last?.error?.message ?? last?.says ?? '',
      attempt: last?.attempt ?? 0,
    };
  });
}

/** The newest attempt of each step. */
export function latestOf(attempts: readonly StepAttempt[]): Map<string, StepAttempt> {
  const latest = new Map<string, StepAttempt>();
  for (const one of attempts) {
    if (one.attempt >= (latest.get(one.step)?.attempt ?? 0)) latest.set(one.step, one);
  }
  return latest;
}
