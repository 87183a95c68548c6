export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

/** Inverse of the sigmoid, finite for 0 and 1. */
export function logit(probability: number): number {
  const safe = Math.min(1 - 1e-15, Math.max(1e-15, probability));
  return Math.log(safe / (1 - safe));
}

/** Log-loss of a margin against a target in [0, 1], without overflow. */
export function logLossOfMargin(margin: number, target: number): number {
  return Math.max(margin, 0) - margin * target + Math.log1p(Math.exp(-Math.abs(margin)));
}
