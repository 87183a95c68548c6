/** Counts of one device, feature by feature, over the bins of the reference. */
export interface DeviceCounts {
  device: string;
  site: string;
  /** Predictions. */
  n: number;
  counts: readonly (readonly number[])[];
}

export interface CappedCounts {
  /** Merged with weights and scaled to what they know together; not whole numbers. */
  counts: number[][];
  /** Predictions of one weight that would know as much (Kish 1965). */
  n: number;
  /** One for each device, 0…1: how much each of its predictions counts. */
  weights: number[];
}

/** No device has more than this many times its even share of a merged window. */
const TIMES_EVEN = 3;

/**
 * Merges devices so that none weighs more than three times its even share: a device that counted a million rows would be
 * the fleet. For verdicts only; what is stored stays exact.
 */
export function capDevices(devices: readonly DeviceCounts[]): CappedCounts {
  const weights = capSizes(devices.map(({ n }) => n));
  const weighed = devices.reduce((all, { n }, i) => all + n * (weights[i] ?? 0), 0);
  const squares = devices.reduce((all, { n }, i) => all + n * (weights[i] ?? 0) ** 2, 0);
  const n = squares === 0 ? 0 : weighed ** 2 / squares;
  const scale = weighed === 0 ? 0 : n / weighed;
  const features = Math.max(0, ...devices.map(({ counts }) => counts.length));
  const counts = Array.from({ length: features }, (_, feature) => {
    const bins = Math.max(0, ...devices.map((one) => one.counts[feature]?.length ?? 0));
    return Array.from({ length: bins }, (_unused, bin) =>
      devices.reduce((all, one, i) => all + scale * (weights[i] ?? 0) * (one.counts[feature]?.[bin] ?? 0), 0),
    );
  });
  return { counts, n, weights };
}

/** One for each part, 0…1: so much of its size counts that none has more than three times its even share. */
export function capSizes(sizes: readonly number[]): number[] {
  const limit = limitOf(sizes);
  return sizes.map((n) => (n > limit ? limit / n : 1));
}

/** The size c with c = (3 / D) · Σ min(n, c): the cap is a share of what is left after capping. */
function limitOf(sizes: readonly number[]): number {
  const sorted = sizes.filter((n) => n > 0).toSorted((a, b) => b - a);
  const share = TIMES_EVEN / sorted.length;
  let rest = sorted.reduce((all, n) => all + n, 0);
  for (const [capped, n] of sorted.entries()) {
    // With so many at the limit c, the others whole: c = share · (capped · c + rest).
    const left = 1 - share * capped;
    if (left <= 0) return Infinity;
    const limit = (share * rest) / left;
    if (n <= limit) return limit;
    rest -= n;
  }
  return Infinity;
}
