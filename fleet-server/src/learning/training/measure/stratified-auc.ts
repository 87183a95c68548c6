import { rankOrder } from './metrics.ts';
import type { Scores } from './metrics.ts';

export interface StratifiedAuc {
  /** Share of rightly ordered pairs among all pairs whose two rows stand in one stratum; NaN without pairs. */
  auc: number;
  /** Cluster-robust standard error of `auc`. */
  standardError: number;
  clusters: number;
}

/**
 * AUC that compares only rows scored by the same fold's model, because scores of different models have no shared
 * scale. The error is that of DeLong et al. 1988 with the placements summed over clusters first
 * (Obuchowski 1997, Biometrics 53:567): rows of one group are not independent evidence.
 * `strata` and `clusters` hold one number per row; give each row its own cluster for independent rows.
 */
export function stratifiedAuc(
  labels: Uint8Array,
  scores: Scores,
  strata: Int32Array,
  clusters: Int32Array,
): StratifiedAuc {
  const sorted = rankOrder(scores);
  const placements = new Float64Array(labels.length);
  let pairs = 0;
  let ordered = 0;
  for (const rows of Map.groupBy(sorted, (row) => strata[row]!).values()) {
    const positives = rows.filter((row) => labels[row] === 1).length;
    pairs += positives * (rows.length - positives);
    ordered += place(rows, labels, scores, placements);
  }
  const auc = ordered / pairs;
  return { auc, ...errorOf(auc, pairs, labels, strata, clusters, placements) };
}

/** Writes, per row, its pairs in right order; returns their number over the stratum. `rows` ascend by score. */
function place(rows: number[], labels: Uint8Array, scores: Scores, placements: Float64Array): number {
  const positives = rows.filter((row) => labels[row] === 1).length;
  let below = [0, 0] as [number, number];
  let ordered = 0;
  for (let index = 0; index < rows.length;) {
    let end = index;
    while (end < rows.length && scores[rows[end]!] === scores[rows[index]!]) end++;
    const tied = rows.slice(index, end);
    const tiedPositives = tied.filter((row) => labels[row] === 1).length;
    const tiedNegatives = tied.length - tiedPositives;
    for (const row of tied) {
      placements[row] =
        labels[row] === 1 ? below[0] + tiedNegatives / 2 : positives - below[1] - tiedPositives + tiedPositives / 2;
      if (labels[row] === 1) ordered += placements[row]!;
    }
    below = [below[0] + tiedNegatives, below[1] + tiedPositives];
    index = end;
  }
  return ordered;
}

function errorOf(
  auc: number,
  pairs: number,
  labels: Uint8Array,
  strata: Int32Array,
  clusters: Int32Array,
  placements: Float64Array,
): { standardError: number; clusters: number } {
  const sizes = new Map<number, [number, number]>();
  strata.forEach((stratum, row) => {
    const size = sizes.get(stratum) ?? [0, 0];
    size[labels[row]!]! += 1;
    sizes.set(stratum, size);
  });
  const influence = new Map<number, number>();
  for (let row = 0; row < labels.length; row++) {
    // Pairs this row is part of, times how far its share of right ones is from the whole.
    const partners = sizes.get(strata[row]!)![1 - labels[row]!]!;
    const part = (placements[row]! - auc * partners) / pairs;
    influence.set(clusters[row]!, (influence.get(clusters[row]!) ?? 0) + part);
  }
  const count = influence.size;
  let squares = 0;
  for (const part of influence.values()) squares += part ** 2;
  return { standardError: count < 2 ? NaN : Math.sqrt((squares * count) / (count - 1)), clusters: count };
}
