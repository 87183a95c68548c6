/** What a retraining is opened on. */
export interface TriggerInput {
  now: number;
  /** When the model in force was trained. */
  trainedAt: number;
  /** First drift alarm since then, if any. */
  alarm: { at: number; sentence: string } | undefined;
  /** Labels that have become known since then. */
  newLabels: number;
  /** When a retraining was last tried. */
  lastTriedAt: number | undefined;
}

export interface RetrainingPolicy {
  /** Retrain when the model is this old; ms. */
  maximumAgeMs: number;
  /** Never open twice within this; ms. */
  coolDownMs: number;
  /** Without so many new labels a candidate could not be told from the champion. */
  minimumNewLabels: number;
}

export type Trigger = { open: true; cause: 'drift' | 'age'; sentence: string } | { open: false; sentence: string };

/** Opens on drift or on age, within cool-down and only when there are labels to judge a candidate by. */
export function decideTrigger(input: TriggerInput, policy: RetrainingPolicy): Trigger {
  if (input.lastTriedAt !== undefined && input.now - input.lastTriedAt < policy.coolDownMs) {
    return { open: false, sentence: 'cooling down' };
  }
  if (input.newLabels < policy.minimumNewLabels) {
    return { open: false, sentence: `${input.newLabels} new labels, ${policy.minimumNewLabels} needed` };
  }
  if (input.alarm !== undefined) return { open: true, cause: 'drift', sentence: `drift: ${input.alarm.sentence}` };
  const ageMs = input.now - input.trainedAt;
  if (ageMs < policy.maximumAgeMs) return { open: false, sentence: 'no drift, and not old enough' };
  return { open: true, cause: 'age', sentence: `the model is ${Math.round(ageMs / DAY_MS)} days old` };
}

const DAY_MS = 86_400_000;
