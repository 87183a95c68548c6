import { median, medianInterval, type Interval, type Pair } from './pairs.ts';

export type Unit = 'µs' | 'ms' | 's' | 'bytes' | 'rows/s' | '%' | 'MB' | 'KB' | 'devices' | '';

/** What DESIGN section 7 asks of a figure; held against the median of its pairs. */
export interface Budget {
  rule: 'at most' | 'at least';
  limit: number;
}

export interface Question {
  name: string;
  unit: Unit;
  /** What stands on the other side: the limit that the same machine reaches in the same run. */
  against: string;
  /** How the two sides of a pair are compared: ours / bare, or ours − bare in the unit. */
  by: 'ratio' | 'difference';
  budget?: Budget;
}

/** A measured figure. `pairs` is all that it was computed from. */
export interface Figure extends Question {
  ours: number;
  bare: number;
  compared: Interval;
  /** Absent without a budget. */
  kept?: boolean;
  pairs: Pair[];
}

/** A figure that has nothing beside it, and why. */
export interface LoneFigure {
  name: string;
  unit: Unit;
  ours: number;
  reason: string;
  /** Of a budget that stands by itself, such as a size. */
  budget?: Budget;
  kept?: boolean;
}

/** A figure against a budget that knows no other side. */
export function loneFigure(of: Omit<LoneFigure, 'kept'>): LoneFigure {
  return of.budget === undefined ? of : { ...of, kept: keeps(of.budget, of.ours) };
}

export function figureOf(question: Question, pairs: Pair[]): Figure {
  const { by, budget } = question;
  const compared = medianInterval(pairs.map(({ ours, bare }) => (by === 'ratio' ? ours / bare : ours - bare)));
  return {
    ...question,
    ours: median(pairs.map((pair) => pair.ours)),
    bare: median(pairs.map((pair) => pair.bare)),
    compared,
    ...(budget !== undefined && { kept: keeps(budget, compared.median) }),
    pairs,
  };
}

function keeps({ rule, limit }: Budget, value: number): boolean {
  return rule === 'at most' ? value <= limit : value >= limit;
}
