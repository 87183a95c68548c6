import { compareAll, DEFAULT_DRIFT_RULE } from '../../../shared/src/drift/index.ts';
import { createStableStream } from '../../../shared/src/testing/index.ts';
import { evidentlyAlarms, plainPsi } from './evidently.ts';

export const SIZES = [50, 200, 1_000, 10_000, 100_000] as const;
const CATEGORIES = new Set(['trade', 'union']);

/** Windows with any alarm, by each rule; nothing has changed in any of them. */
export interface FalseAlarms {
  windows: number;
  /** By p and effect, as the fleet is judged. */
  ours: number;
  /** By p alone. */
  byP: number;
  psi: number;
  evidently: number;
}

/**
 * All rules look at the same windows of eight features and a score, each against 2,000 rows of its own: windows that share an
 * unlucky reference are wrong together, and few references would say little.
 */
export function countFalseAlarms(size: number, windows: number, seed: number): FalseAlarms {
  const stream = createStableStream(seed);
  const counted: FalseAlarms = { windows, ours: 0, byP: 0, psi: 0, evidently: 0 };
  for (let i = 0; i < windows; i += 1) {
    stream.newReference();
    const pairs = stream.window(size);
    const found = compareAll(pairs, { ...DEFAULT_DRIFT_RULE, minimumEffect: 0 }).filter(({ alarm }) => alarm);
    if (found.length > 0) counted.byP += 1;
    if (found.some(({ effect }) => effect >= DEFAULT_DRIFT_RULE.minimumEffect)) counted.ours += 1;
    if (pairs.some(({ before, after }) => plainPsi(before, after) > 0.1)) counted.psi += 1;
    const isFound = pairs.some(({ name, before, after }) => {
      return evidentlyAlarms(CATEGORIES.has(name) ? 'category' : 'number', before, after);
    });
    if (isFound) counted.evidently += 1;
  }
  return counted;
}
