/** What a turn writes down of its look; each part is there once it was come by. */
export interface TurnDetails {
  comparison?: Comparison;
  window?: { form: string; testedOn: number; trials: BackTest[] };
  dataset?: string;
  leftOut?: string[];
  /** ms */
  changeAt?: number;
}

export interface Comparison {
  rows: number;
  clusters: number;
  /** Period in which the outcomes became known, ms. */
  from: number;
  to: number;
  champion: { auc: number; brier: number };
  candidate: { auc: number; brier: number };
  /** Brier of the champion minus Brier of the candidate. */
  improvement: number;
  low: number;
  high: number;
  level: number;
  slices: SliceLoss[];
  winner: 'candidate' | 'champion';
  sentence: string;
}

export interface SliceLoss {
  name: string;
  rows: number;
  loss: number;
  high: number;
  limit: number;
  holds: boolean;
}

export interface BackTest {
  form: string;
  rows: number;
  brier: number | null;
  says: string;
}

/** The API keeps the details of a turn open; what is not as it should be counts as absent. */
export function detailsOf(details: Record<string, unknown>): TurnDetails {
  const { comparison, window, dataset, leftOut, changeAt } = details;
  return {
    ...(isRecord(comparison) && isRecord(comparison['champion']) && isRecord(comparison['candidate'])
      ? { comparison: { slices: [], ...comparison } as unknown as Comparison }
      : {}),
    ...(isRecord(window) && Array.isArray(window['trials'])
      ? { window: window as unknown as NonNullable<TurnDetails['window']> }
      : {}),
    ...(typeof dataset === 'string' ? { dataset } : {}),
    ...(Array.isArray(leftOut) ? { leftOut: leftOut.map(String) } : {}),
    ...(typeof changeAt === 'number' ? { changeAt } : {}),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
