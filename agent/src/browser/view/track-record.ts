import type { StoredPrediction } from '../../index.ts';
import type { TrackRecord } from '../door/site-view.ts';

/** A prediction that counts, and what became of it. */
export interface Matured {
  score: number;
  outcome: 0 | 1;
  selected: boolean;
}

/** First words of a line whose outcome is known: what was said later, or after the fact, was no prediction. */
export function maturedOf(predictions: readonly StoredPrediction[], line: string): Matured[] {
  return predictions.flatMap(({ line: of, first, outcome }) =>
    of === line && first.counted && outcome !== undefined
      ? [{ score: first.score, outcome, selected: first.selected }]
      : [],
  );
}

export function trackRecordOf(matured: readonly Matured[]): TrackRecord {
  const record: TrackRecord = { marked: 0, slipped: 0, unmarked: 0, unmarkedSlipped: 0 };
  for (const { selected, outcome } of matured) {
    record[selected ? 'marked' : 'unmarked'] += 1;
    record[selected ? 'slipped' : 'unmarkedSlipped'] += outcome;
  }
  return record;
}
