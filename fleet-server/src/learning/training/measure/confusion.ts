import type { Scores } from './metrics.ts';

/** Rows by what was said and what happened. */
export interface Confusion {
  /** Said late, was late. */
  hits: number;
  /** Said in time, was late. */
  misses: number;
  /** Said late, was in time. */
  alarms: number;
  /** Said in time, was in time. */
  passes: number;
}

/** A score at the threshold says late. `weights`: how often each row counts. */
export function confusionOf(labels: Uint8Array, scores: Scores, threshold: number, weights?: Float64Array): Confusion {
  const confusion: Confusion = { hits: 0, misses: 0, alarms: 0, passes: 0 };
  for (let row = 0; row < labels.length; row++) {
    const late = scores[row]! >= threshold;
    const cell = labels[row] === 1 ? (late ? 'hits' : 'misses') : late ? 'alarms' : 'passes';
    confusion[cell] += weights === undefined ? 1 : weights[row]!;
  }
  return confusion;
}

export interface ClassFigures {
  /** Of the rows said to be of the class, those that are. NaN when none was said. */
  precision: number;
  /** Of the rows of the class, those said to be. */
  recall: number;
  /** Harmonic mean of the two; 0 when no row was said rightly. */
  f1: number;
}

export function classFigures({ hits, misses, alarms, passes }: Confusion): Record<'late' | 'inTime', ClassFigures> {
  return { late: figuresOf(hits, alarms, misses), inTime: figuresOf(passes, misses, alarms) };
}

function figuresOf(right: number, wrong: number, forgotten: number): ClassFigures {
  return {
    precision: right / (right + wrong),
    recall: right / (right + forgotten),
    f1: (2 * right) / (2 * right + wrong + forgotten),
  };
}
