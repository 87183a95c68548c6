import { requireWithin } from '../learners/index.ts';

/** How much a row counts by its label; `balanced`: both labels together count the same. */
export type ClassWeight = 'balanced' | { late: number; inTime: number };

/** Throws `bad_parameter`. */
export function checkClassWeight(weight: ClassWeight): void {
  if (weight === 'balanced') return;
  requireWithin('classWeight.late', weight.late, 1e-6, 1e6);
  requireWithin('classWeight.inTime', weight.inTime, 1e-6, 1e6);
}

/** Weights of rows with mean 1, so that penalties keep their meaning. */
export function rowWeights(labels: Uint8Array, weight: ClassWeight): Float64Array {
  const late = labels.reduce((sum, label) => sum + label, 0);
  const counts = [labels.length - late, late] as const;
  const raw =
    weight === 'balanced'
      ? ([1 / Math.max(1, counts[0]), 1 / Math.max(1, counts[1])] as const)
      : ([weight.inTime, weight.late] as const);
  const mean = (raw[0] * counts[0] + raw[1] * counts[1]) / labels.length;
  return Float64Array.from(labels, (label) => raw[label]! / mean);
}
