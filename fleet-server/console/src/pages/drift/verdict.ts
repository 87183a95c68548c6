import type { Tone } from '../../parts/values/badge.tsx';
import { counted } from '../../parts/values/figures.ts';
import type { KeptFinding } from './queries.ts';

export interface Verdict {
  tone: Tone;
  /** `covariate`, `label`, `concept`, `undecided`, or what else stands. */
  words: string[];
  sentence: string;
}

const CHANGES = ['label', 'concept'] as const;
const SAID: Record<(typeof CHANGES)[number] | 'covariate', string> = {
  covariate: 'Other kinds of rows come in than before',
  label: 'Late outcomes have become rarer or commoner, in every kind of row alike',
  concept: 'The same scores end otherwise than before: what the model learned no longer holds',
};

/**
 * What a line says in a few words.
 * @param standing what lasts
 * @param asked newest look at the kind of change (`concept` or `label`), alarm or not: it says how many outcomes are missing
 */
export function verdictOf(standing: readonly KeptFinding[], asked: KeptFinding | undefined): Verdict {
  const has = (...kinds: KeptFinding['kind'][]) => standing.filter(({ kind }) => kinds.includes(kind));
  const faults = has('quality');
  const moved = has('covariate', 'score');
  const losses = has('estimated', 'realised', 'sequence');
  const known = CHANGES.filter((kind) => has(kind).length > 0);
  const isOpen = known.length === 0 && moved.length + losses.length > 0;
  const words = [
    ...(faults.length > 0 ? ['data fault'] : []),
    ...(moved.length > 0 ? ['covariate'] : []),
    ...known,
    ...(losses.length > 0 ? ['loss'] : []),
    ...(has('fairness').length > 0 ? ['fairness'] : []),
    ...(isOpen ? ['undecided'] : []),
  ];
  if (words.length === 0) return { tone: 'good', words: ['true'], sentence: 'Nothing has surely moved.' };
  const sentences = [
    ...(faults.length > 0 ? [`Data are at fault in ${counted(faults.length, 'place')}: look there first`] : []),
    ...(moved.length > 0 ? [`${SAID.covariate} (${subjectsOf(moved)})`] : []),
    ...known.map((kind) => SAID[kind]),
    ...(losses.length > 0 ? [`The model does worse (${subjectsOf(losses)})`] : []),
    ...(has('fairness').length > 0 ? [`${counted(has('fairness').length, 'slice')} treated unlike the others`] : []),
    ...(isOpen ? [undecided(asked)] : []),
  ];
  const isBad = known.includes('concept') || losses.length > 0;
  return { tone: isBad ? 'bad' : 'warning', words, sentence: `${sentences.join('. ')}.` };
}

function undecided(asked: KeptFinding | undefined): string {
  const open = 'Whether what a score means has changed is undecided';
  if (asked === undefined) return `${open}: no outcomes have been judged yet`;
  const more = /about (\d+) more outcomes/.exec(asked.sentence)?.[1];
  return more === undefined ? `${open}: outcomes do not show it so far` : `${open}: about ${more} more outcomes tell`;
}

function subjectsOf(findings: readonly KeptFinding[]): string {
  return [...new Set(findings.map(({ subject, kind }) => subject ?? kind))].slice(0, 6).join(', ');
}
