import type { ShownActivity } from './shown.ts';

export type Change =
  | { kind: 'new' }
  | { kind: 'same' }
  | { kind: 'rose' | 'fell'; points: number; from: number; newModel: boolean };

/** Smaller moves are the model breathing, not news. */
const NEWS_POINTS = 3;

/** What changed since the day began, in points of percent; undefined where nothing is said now. */
export function changeSinceYesterday({ said, yesterday }: ShownActivity): Change | undefined {
  if (said === undefined) return undefined;
  if (yesterday === undefined) return { kind: 'new' };
  const points = Math.round(said.score * 100) - Math.round(yesterday.score * 100);
  if (Math.abs(points) < NEWS_POINTS) return { kind: 'same' };
  return {
    kind: points > 0 ? 'rose' : 'fell',
    points: Math.abs(points),
    from: yesterday.score,
    newModel: yesterday.version !== said.version,
  };
}
