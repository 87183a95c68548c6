import { quantileEdges, type FeatureBins } from '@plumbline/shared/drift';
import { createSeededRandom } from '@plumbline/shared/testing';
import { parseDate } from '../../../learning/datasets/values/parse-date.ts';
import { isMissing, parseNumber } from '../../../learning/datasets/values/parse-number.ts';

/** Values from which the quantiles of a column are taken; more would not move its bins. */
const SAMPLE = 50_000;
/** More levels are no category: an identifier, or free text. */
const MOST_LEVELS = 1_000;
/** A column that grows with each of so many rows counts them, or tells the time. */
const SURELY_GROWING = 20;

/** What one pass over a column of the reference finds, in bounded memory. */
export interface ColumnSketch {
  take(text: string): void;
  /** Its bins, or why it is not compared. */
  end(): FeatureBins | { skipped: string };
}

export function sketchColumn(name: string): ColumnSketch {
  const { next } = createSeededRandom(1);
  const sample: number[] = [];
  const levels = new Set<string>();
  let [present, numbers, dates, last, grows] = [0, 0, 0, -Infinity, true];

  const takeNumber = (value: number) => {
    numbers += 1;
    grows &&= value > last;
    last = value;
    // Algorithm R (Vitter 1985): every number has the same chance to be in the sample.
    if (sample.length < SAMPLE) sample.push(value);
    else {
      const place = Math.floor(next() * numbers);
      if (place < SAMPLE) sample[place] = value;
    }
  };
  return {
    take(text) {
      if (isMissing(text)) return;
      present += 1;
      const value = parseNumber(text);
      if (value !== null) takeNumber(value);
      else if (parseDate(text) !== null) dates += 1;
      if (levels.size <= MOST_LEVELS) levels.add(text.trim());
    },
    end() {
      if (numbers > present / 2) {
        if (grows && numbers === present && numbers >= SURELY_GROWING) return { skipped: 'grows with every row' };
        return { type: 'number', name, edges: quantileEdges(sample) };
      }
      if (dates > present / 2) return { skipped: 'holds dates' };
      const isTooMany = levels.size > MOST_LEVELS || (levels.size > 20 && levels.size > present / 2);
      if (isTooMany) return { skipped: 'has nearly as many values as rows, or over 1,000' };
      return { type: 'category', name, levels: [...levels] };
    },
  };
}

/** A cell as its bins take it. */
export function valueOf(bins: FeatureBins, text: string): number | string | null {
  if (isMissing(text)) return null;
  return bins.type === 'number' ? parseNumber(text) : text.trim();
}
