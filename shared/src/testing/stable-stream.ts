import { drawCounts } from './draw-counts.ts';
import { createSeededRandom } from './seeded-random.ts';

const TENTHS = Array<number>(10).fill(0.1);
/** Shares over bins as on a site: tenths, skewed and rounded numbers, one often missing, one level in a thousand, scores. */
export const STABLE_SHARES: Readonly<Record<string, readonly number[]>> = {
  tenths: [...TENTHS, 0],
  rounded: [0.22, 0.18, 0.14, 0.12, 0.1, 0.09, 0.08, 0.05, 0.02, 0],
  missing: [...TENTHS.map((share) => share * 0.7), 0.3],
  fifths: [0.2, 0.2, 0.2, 0.2, 0.2, 0],
  mostlyZero: [0.9, 0.04, 0.03, 0.03, 0],
  long: [...Array<number>(10).fill(0.095), 0.03, 0.02, 0],
  trade: [0.55, 0.145, 0.1, 0.08, 0.07, 0.054, 0, 0.001],
  union: [0.1, 0.9, 0, 0],
  score: Array.from({ length: 20 }, (_, i) => Math.sqrt((i + 1) / 20) - Math.sqrt(i / 20)),
};

/** Counts of a reference and of windows that are drawn from the same shares: every alarm is a false one. */
export interface StableStream {
  newReference(): void;
  window(size: number): { name: string; before: number[]; after: number[] }[];
}

export function createStableStream(seed: number, referenceRows = 2_000): StableStream {
  const { next } = createSeededRandom(seed);
  const features = Object.entries(STABLE_SHARES);
  const draw = (n: number) => features.map(([, shares]) => drawCounts(next, n, shares));
  let reference = draw(referenceRows);
  return {
    newReference() {
      reference = draw(referenceRows);
    },
    window(size) {
      const counts = draw(size);
      return features.map(([name], i) => ({ name, before: reference[i] ?? [], after: counts[i] ?? [] }));
    },
  };
}
