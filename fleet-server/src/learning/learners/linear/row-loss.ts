import { logLossOfMargin, sigmoid } from '../sigmoid.ts';

/** A convex loss of each row's margin, with its first two derivatives. */
export interface RowLoss {
  loss(margin: number, row: number): number;
  slope(margin: number, row: number): number;
  bend(margin: number, row: number): number;
}

export function logLoss(labels: Uint8Array): RowLoss {
  return {
    loss: (margin, row) => logLossOfMargin(margin, labels[row]!),
    slope: (margin, row) => sigmoid(margin) - labels[row]!,
    bend(margin) {
      const probability = sigmoid(margin);
      return probability * (1 - probability);
    },
  };
}

/** Half the square of what the margin misses the target by. */
export function squaredLoss(targets: Float64Array): RowLoss {
  return {
    loss: (margin, row) => 0.5 * (margin - targets[row]!) ** 2,
    slope: (margin, row) => margin - targets[row]!,
    bend: () => 1,
  };
}
