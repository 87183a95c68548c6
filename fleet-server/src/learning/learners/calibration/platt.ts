import { logit, logLossOfMargin, sigmoid } from '../sigmoid.ts';

/** probability = sigmoid(slope · margin + intercept). */
export interface Line {
  slope: number;
  intercept: number;
}

const MAX_STEPS = 100;

/**
 * Platt's line through margins by maximum likelihood, targets smoothed against one-sided samples, by Newton's method
 * (Lin, Lin & Weng, Machine Learning 68, 2007). A line that falls would turn the machine round: it is replaced by a flat
 * one, which says of every row what share of all rows is late.
 */
export function fitPlatt(margins: Float64Array, labels: Uint8Array, weights: Float64Array | undefined): Line {
  const [early, late] = countLabels(labels, weights);
  const targets = [1 / (early + 2), (late + 1) / (late + 2)] as const;
  const flat = { slope: 0, intercept: logit((early * targets[0] + late * targets[1]) / (early + late)) };
  let line = { ...flat };
  const lossOf = ({ slope, intercept }: Line): number => {
    let loss = 0;
    for (let row = 0; row < margins.length; row++) {
      loss += (weights?.[row] ?? 1) * logLossOfMargin(slope * margins[row]! + intercept, targets[labels[row]!]!);
    }
    return loss;
  };
  let loss = lossOf(line);
  for (let step = 0; step < MAX_STEPS; step++) {
    let [bySlope, byIntercept, aa, ab, bb] = [0, 0, 1e-12, 0, 1e-12];
    for (let row = 0; row < margins.length; row++) {
      const weight = weights?.[row] ?? 1;
      const margin = margins[row]!;
      const probability = sigmoid(line.slope * margin + line.intercept);
      const residual = weight * (probability - targets[labels[row]!]!);
      const bend = weight * probability * (1 - probability);
      bySlope += residual * margin;
      byIntercept += residual;
      aa += bend * margin * margin;
      ab += bend * margin;
      bb += bend;
    }
    if (Math.abs(bySlope) + Math.abs(byIntercept) <= 1e-10 * (early + late)) break;
    const determinant = aa * bb - ab * ab;
    const move = {
      slope: -(bb * bySlope - ab * byIntercept) / determinant,
      intercept: -(aa * byIntercept - ab * bySlope) / determinant,
    };
    const fall = bySlope * move.slope + byIntercept * move.intercept;
    // So near the minimum the loss cannot tell steps apart any more, and a whole one is right.
    const isNear = -fall <= 1e-9 * loss;
    const taken = shorten(line, move, (next, length) => isNear || lossOf(next) <= loss + 1e-4 * length * fall);
    if (taken === undefined) break;
    line = taken;
    loss = lossOf(line);
  }
  return line.slope > 0 && Number.isFinite(line.slope) ? line : flat;
}

function shorten(from: Line, move: Line, accepts: (next: Line, length: number) => boolean): Line | undefined {
  for (let length = 1; length > 1e-10; length /= 2) {
    const next = { slope: from.slope + length * move.slope, intercept: from.intercept + length * move.intercept };
    if (accepts(next, length)) return next;
  }
  return undefined;
}

function countLabels(labels: Uint8Array, weights: Float64Array | undefined): [early: number, late: number] {
  let [early, late] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] === 1) late += weights?.[row] ?? 1;
    else early += weights?.[row] ?? 1;
  }
  return [early, late];
}
