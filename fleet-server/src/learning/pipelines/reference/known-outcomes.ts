import { SCORE_BINS, scoreBin, type Reference } from '@plumbline/shared/drift';
import { accuracy, brier, rocAuc } from '../../training/index.ts';

/** Half: what a device says late from where no costs were given. */
export const EVEN_THRESHOLD = 0.5;

/** Scores that a model of this configuration gave to rows it had not seen, with what became of them. */
export interface KnownOutcomes {
  basis: 'out-of-fold' | 'held-out';
  scores: Float64Array;
  labels: Uint8Array;
  /** Where each row comes from. */
  sites: readonly string[];
  threshold?: number | undefined;
}

/**
 * How often outcomes were late at which score, and how well the model did: what an estimate before any outcome rests on.
 * Counted by score bin over rows that no model had seen; without a row of either outcome there is nothing to expect.
 */
export function knownOutcomes({
  basis,
  scores,
  labels,
  sites,
  threshold = EVEN_THRESHOLD,
}: KnownOutcomes): Pick<Reference, 'calibration' | 'expected'> {
  if (labels.length === 0) return {};
  const [negative, positive] = [Array<number>(SCORE_BINS).fill(0), Array<number>(SCORE_BINS).fill(0)];
  scores.forEach((score, row) => {
    const counts = labels[row] === 1 ? positive : negative;
    const bin = scoreBin(score);
    counts[bin] = (counts[bin] ?? 0) + 1;
  });
  const calibration = { basis, negative, positive, clusters: new Set(sites).size, threshold };
  const auc = rocAuc(labels, scores);
  if (!Number.isFinite(auc)) return { calibration };
  const expected = { brier: brier(labels, scores), auc, accuracy: accuracy(labels, scores, threshold) };
  return { calibration, expected: { ...expected, rows: labels.length } };
}
