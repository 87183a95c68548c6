import type { FeatureBins } from '../bins.ts';
import { binomialTail } from '../tests/beta.ts';
import { fisherExact } from '../tests/exact.ts';
import { sum } from '../tests/pool.ts';
import { twoSidedZ } from '../tests/quantiles.ts';
import type { FeatureCounts, QualityFinding, QualityRule } from './feature-counts.ts';

/** A level that is left at most this part of its share counts as gone. */
const LEFT = 0.05;
/** Share of rows that the levels which are gone had; less is no finding. */
const LEAST_SHARE = 0.02;
/** Two-sided chance below which what is new is not as much as what is gone. */
const DIFFERS = 0.001;
/** Where levels never seen came for sure, one that is missing is gone when it would be missing so seldom by chance. */
const SELDOM = 0.001;

/**
 * Levels that are gone, and as many rows with levels never seen: another name for the same thing. When more or fewer rows
 * are new than gone, levels came or went, and the world has changed. Both would have to come about by chance, so the chance is
 * at most that of either: few rows, too few to say that a level is gone, are enough to say that another came.
 */
export function judgeRenamed(
  bins: Extract<FeatureBins, { type: 'category' }>,
  reference: FeatureCounts,
  window: FeatureCounts,
  { alpha }: QualityRule,
): QualityFinding | undefined {
  const unseenAt = bins.levels.length + 1;
  const [n, m] = [sum(reference.counts), sum(window.counts)];
  if (n === 0 || m === 0) return undefined;
  const unseen = window.counts[unseenAt] ?? 0;
  if (unseen === 0) return undefined;
  const known = reference.counts[unseenAt] ?? 0;
  const pUnseen = fisherExact([known, unseen], [n - known, m - unseen]);
  const asked = pUnseen <= alpha ? SELDOM : alpha;
  const gone = bins.levels.flatMap((level, i) => {
    const [share, count] = [(reference.counts[i] ?? 0) / n, window.counts[i] ?? 0];
    // Chance of so few or fewer.
    const p = 1 - binomialTail(count + 1, m, share);
    return count <= LEFT * share * m && p <= asked / bins.levels.length ? [{ level, share, count, p }] : [];
  });
  const left = gone.reduce((all, { count }) => all + count, 0);
  const share = gone.reduce((all, one) => all + one.share, 0);
  if (share < LEAST_SHARE) return undefined;
  const wanted = Math.min(1, share + known / n - left / m);
  // The reference knows its shares only so well: a second sample of its size widens what counts as equal.
  const spread = Math.sqrt(wanted * (1 - wanted) * (1 / n + 1 / m));
  const isEqual = Math.abs(unseen / m - wanted) <= twoSidedZ(DIFFERS) * spread + 1 / m;
  if (!isEqual) return undefined;
  const names = gone.map(({ level }) => level);
  const listed = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  const sentence = `${bins.name}: ${listed} no longer comes, and as many rows (${unseen} of ${m}) have a level never seen: renamed`;
  const p = Math.min(pUnseen, Math.min(...gone.map((one) => one.p)) * bins.levels.length);
  return { fault: 'renamed', p, size: unseen / m, sentence };
}
