import type { Tone } from '../../parts/values/badge.tsx';
import { day } from '../../parts/values/figures.ts';
import type { FindingKind, KeptFinding, RetrainTurn } from './queries.ts';

export const KINDS: Record<FindingKind, { word: string; means: string }> = {
  covariate: { word: 'covariate', means: 'a feature has other values than in training, or than this fleet had before' },
  score: { word: 'score', means: 'the model answers other chances than it did' },
  label: { word: 'label', means: 'late outcomes are rarer or commoner, in every kind of row alike' },
  concept: { word: 'concept', means: 'the same scores end otherwise: what the model learned no longer holds' },
  estimated: { word: 'estimated loss', means: 'by its scores alone the model does worse' },
  realised: { word: 'realised loss', means: 'by the outcomes that came the model does worse' },
  fairness: { word: 'fairness', means: 'one slice is treated unlike the others' },
  quality: { word: 'data fault', means: 'the data are at fault, not the world' },
  sequence: { word: 'sequence', means: 'errors come closer together than they did' },
};

export const KIND_NAMES = Object.keys(KINDS) as FindingKind[];

export const SCOPES = ['fleet', 'group', 'profile', 'site', 'device'] as const;

export function scopeName({ of, id }: KeptFinding['scope']): string {
  return of === 'fleet' || id === '' ? 'the fleet' : `${of} ${id}`;
}

export function kindName({ kind, quality }: Pick<KeptFinding, 'kind' | 'quality'>): string {
  return quality === undefined ? KINDS[kind].word : `${KINDS[kind].word}: ${quality}`;
}

/** `2023-04-02 (2023-03-12 … 2023-04-20)`; without a change point, when it was first found. */
export function sinceText({ since, begunAt }: Pick<KeptFinding, 'since' | 'begunAt'>): string {
  return since === undefined ? `found ${day(begunAt)}` : `${day(since.at)} (${day(since.low)} … ${day(since.high)})`;
}

/** A finding that stands asks for a look; one that stood tells of the past. */
export function toneOf({ alarm, standing }: Pick<KeptFinding, 'alarm' | 'standing'>): [tone: Tone, word: string] {
  if (standing) return ['warning', 'standing'];
  return alarm ? ['quiet', 'alarm, over'] : ['good', 'no alarm'];
}

export const TURN_STATES: Record<RetrainTurn['state'], [tone: Tone, word: string]> = {
  examining: ['busy', 'examining'],
  'awaiting-approval': ['waiting', 'awaiting approval'],
  'rolling-out': ['busy', 'rolling out'],
  'kept-champion': ['quiet', 'kept the champion'],
  'gate-refused': ['warning', 'refused by the gate'],
  completed: ['good', 'completed'],
  stopped: ['stopped', 'stopped'],
  failed: ['bad', 'failed'],
};

export const CAUSES: Record<RetrainTurn['cause'], string> = {
  drift: 'drift was found',
  realised: 'outcomes show a loss',
  estimated: 'scores show a loss',
  labels: 'new outcomes',
  time: 'its age',
  person: 'a person ordered it',
};
