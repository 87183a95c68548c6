import type { Enrolled } from './facts.ts';

/** One cause that the facts speak for. */
export interface Finding {
  code: string;
  /** `certain`: the server knows it. `likely`: the facts fit nothing better. `possible`: worth a look. */
  certainty: 'certain' | 'likely' | 'possible';
  sentence: string;
  evidence: Record<string, string | number | boolean>;
  /** What to do. */
  advice: string;
}

/** A cause, if the facts of an enrolled device speak for it. */
export type Rule = (facts: { device: string; now: number } & Enrolled) => Finding | undefined;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

type Rest = Pick<Finding, 'evidence' | 'advice'>;
export const certain = (code: string, sentence: string, rest: Rest): Finding => ({
  code,
  certainty: 'certain',
  sentence,
  ...rest,
});
export const likely = (code: string, sentence: string, rest: Rest): Finding => ({
  code,
  certainty: 'likely',
  sentence,
  ...rest,
});

export function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export function day(at: number): string {
  return iso(at).slice(0, 10);
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? 'all' : `${Math.round((100 * part) / whole)} %`;
}

export function ago(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / 1000)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} days`;
}
