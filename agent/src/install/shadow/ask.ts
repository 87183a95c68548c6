import type { ActivityRecord, Bundle } from '@plumbline/shared/manifest';
import { encodeRuns } from '@plumbline/shared/predict';
import type { TrialResult } from '../../ports/index.ts';
import type { InstallDeps } from '../step.ts';

type Failure = Extract<TrialResult, { ok: false }>;

/** What a model said about records, asked in the trial process. */
export type Answers =
  | {
      ok: true;
      /** By record; undefined where it gave none, or was not asked any more. */
      scores: (number | undefined)[];
      /** Records it was asked alone, and gave no number for. */
      unanswered: number;
      cost: TrialCost;
    }
  | Failure;

/** Of the run over all records, or of its parts at most when it had to be divided. */
export interface TrialCost {
  peakMb: number;
}

export interface AskOptions {
  deadlineMs: number;
  memoryMb: number;
  /** With more than that the asking ends: nothing that follows would change the answer. */
  maxUnanswered?: number;
}

export type AskDeps = Pick<InstallDeps, 'trial'>;
export type Asked = Pick<Bundle, 'model' | 'manifest'>;

/** So many processes are spent on finding the records that a model cannot answer: each failure costs a new one. */
const MAX_RUNS = 12;

/**
 * Asks a model about every record. When it fails over all of them, halves are asked until the ones at fault stand alone;
 * a crash or a missed deadline ends the asking.
 */
export async function askEach(
  deps: AskDeps,
  bundle: Asked,
  records: readonly ActivityRecord[],
  { maxUnanswered = Infinity, ...options }: AskOptions,
): Promise<Answers> {
  let runs = 0;
  let unanswered = 0;
  const cost: TrialCost = { peakMb: 0 };
  const ask = async (part: readonly ActivityRecord[]): Promise<(number | undefined)[] | Failure> => {
    if (runs >= MAX_RUNS || unanswered > maxUnanswered) return part.map(() => undefined);
    runs += 1;
    const { model, manifest } = bundle;
    const result = await deps.trial.run({ model, manifest, records: [...part], ...options });
    if (result.ok) {
      cost.peakMb = Math.max(cost.peakMb, result.peakMb);
      return result.scores.map((score) => (Number.isFinite(score) ? score : undefined));
    }
    if (result.reason !== 'failed') return result;
    if (part.length <= 1) {
      unanswered += part.length;
      return part.map(() => undefined);
    }
    const middle = Math.ceil(part.length / 2);
    const first = await ask(part.slice(0, middle));
    if ('ok' in first) return first;
    const second = await ask(part.slice(middle));
    return 'ok' in second ? second : [...first, ...second];
  };
  const scores = await ask(records);
  return 'ok' in scores ? scores : { ok: true, scores, unanswered, cost };
}

/** True when the values of a record can be placed in the inputs of a model: the rest is not the model's fault. */
export function canTake({ manifest }: Pick<Bundle, 'manifest'>, record: ActivityRecord): boolean {
  try {
    encodeRuns(manifest, [record]);
    return true;
  } catch {
    return false;
  }
}
