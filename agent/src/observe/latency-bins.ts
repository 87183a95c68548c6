/** Bins of equal ratio: two neighbours differ by 4.4 %, so that a quantile read off them is within 2.2 % of the true one. */
const BINS_PER_OCTAVE = 16;
/** The last bin holds everything from 2^26 µs (67 s) on. */
export const LATENCY_BINS = 26 * BINS_PER_OCTAVE + 1;

/** Bin of a time; what is below 1 µs falls into the first. @param tookMicros µs */
export function latencyBin(tookMicros: number): number {
  const bin = Math.floor(Math.log2(tookMicros) * BINS_PER_OCTAVE);
  // Also where the time is 0 or not a number.
  return bin > 0 ? Math.min(bin, LATENCY_BINS - 1) : 0;
}

/**
 * Time that a share of all counted took at most, µs: the middle of the bin it falls into, by ratio.
 * @param counts by bin; undefined when nothing was counted
 */
export function latencyQuantile(counts: Uint32Array, share: number): number | undefined {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0) return undefined;
  const wanted = Math.max(1, Math.ceil(total * share));
  let below = 0;
  for (const [bin, count] of counts.entries()) {
    below += count;
    if (below >= wanted) return 2 ** ((bin + 0.5) / BINS_PER_OCTAVE);
  }
  return undefined;
}
