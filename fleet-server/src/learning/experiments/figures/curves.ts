import type { Scores } from '../../training/index.ts';

export interface CurvePoint {
  x: number;
  y: number;
  /** Scores from here on count as 1. */
  threshold: number;
}

/** `area` is NaN when a class is absent; then there are no points. */
export interface Curve {
  points: CurvePoint[];
  area: number;
}

/** False positive rate against true positive rate, one point for each distinct score; the area is the AUC. */
export function rocCurve(labels: Uint8Array, scores: Scores): Curve {
  const { steps, positives, negatives } = stepsOf(labels, scores);
  if (positives === 0 || negatives === 0) return { points: [], area: Number.NaN };
  const points = [
    { x: 0, y: 0, threshold: Infinity },
    ...steps.map(({ hits, alarms, threshold }) => ({ x: alarms / negatives, y: hits / positives, threshold })),
  ];
  let area = 0;
  points.forEach((point, index) => {
    const before = points[index - 1] ?? point;
    area += ((point.x - before.x) * (point.y + before.y)) / 2;
  });
  return { points: withoutStraight(points), area };
}

/**
 * Recall against precision; the area is average precision, Σ (recall step · precision), which does not interpolate
 * (as in scikit-learn). It starts at the precision of the highest score.
 */
export function precisionRecallCurve(labels: Uint8Array, scores: Scores): Curve {
  const { steps, positives } = stepsOf(labels, scores);
  if (positives === 0) return { points: [], area: Number.NaN };
  const points = steps.map(({ hits, alarms, threshold }) => ({
    x: hits / positives,
    y: hits / (hits + alarms),
    threshold,
  }));
  let area = 0;
  points.forEach(({ x, y }, index) => (area += (x - (points[index - 1]?.x ?? 0)) * y));
  const [first] = points;
  return { points: first === undefined ? [] : [{ ...first, x: 0 }, ...points], area };
}

/** At most so many points, evenly over the curve and with both ends: for drawing, not for areas. */
export function thinned({ points, area }: Curve, most = 400): Curve {
  if (points.length <= most) return { points, area };
  const kept = Array.from({ length: most }, (_, at) => points[Math.round((at * (points.length - 1)) / (most - 1))]!);
  return { points: kept, area };
}

interface Step {
  hits: number;
  alarms: number;
  threshold: number;
}

function stepsOf(labels: Uint8Array, scores: Scores): { steps: Step[]; positives: number; negatives: number } {
  const order = Int32Array.from(scores.keys()).toSorted((a, b) => scores[b]! - scores[a]! || a - b);
  const steps: Step[] = [];
  let hits = 0;
  let alarms = 0;
  order.forEach((row, index) => {
    if (labels[row] === 1) hits++;
    else alarms++;
    const following = order[index + 1];
    if (following === undefined || scores[following] !== scores[row])
      steps.push({ hits, alarms, threshold: scores[row]! });
  });
  return { steps, positives: hits, negatives: alarms };
}

/** Drops points in the middle of a straight line: an ROC curve goes up or right and seldom turns. */
function withoutStraight(points: CurvePoint[]): CurvePoint[] {
  return points.filter((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (before === undefined || after === undefined) return true;
    return !((before.x === point.x && point.x === after.x) || (before.y === point.y && point.y === after.y));
  });
}
