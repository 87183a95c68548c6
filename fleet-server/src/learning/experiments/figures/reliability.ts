import type { Scores } from '../../training/index.ts';
import { wilson } from './interval.ts';

export interface ReliabilityBin {
  rows: number;
  /** What the model said, on average. */
  meanScore: number;
  /** What happened, with its 95 % interval. */
  share: number;
  low: number;
  high: number;
}

/**
 * Rows in bins of about equal size by score, equal scores together: so every bin has rows, and its interval says how
 * much it can tell.
 */
export function reliabilityBins(labels: Uint8Array, scores: Scores, count = 10): ReliabilityBin[] {
  const order = Int32Array.from(scores.keys()).toSorted((a, b) => scores[a]! - scores[b]! || a - b);
  const bins: ReliabilityBin[] = [];
  let start = 0;
  for (let bin = 1; bin <= count; bin++) {
    let end = Math.max(start, Math.round((bin * order.length) / count));
    while (end > start && end < order.length && scores[order[end]!] === scores[order[end - 1]!]) end++;
    if (end === start) continue;
    const rows = order.subarray(start, end);
    const hits = rows.reduce((sum, row) => sum + labels[row]!, 0);
    const meanScore = rows.reduce((sum, row) => sum + scores[row]!, 0) / rows.length;
    bins.push({ rows: rows.length, meanScore, share: hits / rows.length, ...wilson(hits, rows.length) });
    start = end;
  }
  return bins;
}
