import { splitSamples, type SampleSet } from '../samples/index.ts';
import type { Split, Splits } from './splits.ts';

/** Samples of a file as the parts of a search. Labels count only where every row of a part has one. */
export function splitsOf(set: SampleSet, seed: number): Splits {
  const { calibration, selection, final } = splitSamples(set, seed);
  return {
    calibration: splitOf(calibration),
    selection: splitOf(selection),
    final: splitOf(final),
    given: set.given,
    generated: set.generated,
  };
}

function splitOf({ runs, rows, labels }: SampleSet): Split {
  const all = labels?.flat() ?? [];
  const count = rows.reduce((sum, one) => sum + one, 0);
  return { runs, rows, ...(all.length === count && count > 0 && { labels: all }) };
}
