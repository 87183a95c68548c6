import type { Tone } from '../../parts/values/badge.tsx';
import type { CardFigure, Version } from './model-of.ts';

const STATES: Record<string, { tone: Tone; word: string }> = {
  published: { tone: 'good', word: 'approved' },
  'awaiting-approval': { tone: 'waiting', word: 'awaits approval' },
  refused: { tone: 'bad', word: 'refused' },
};

export function stateOf({ state, deprecation }: Pick<Version, 'state' | 'deprecation'>): { tone: Tone; word: string } {
  if (deprecation !== undefined) return { tone: 'stopped', word: 'out of use' };
  return STATES[state] ?? { tone: 'quiet', word: state };
}

const METRICS: Record<string, string> = {
  auc: 'ROC AUC',
  brier: 'Brier score',
  logLoss: 'Log loss',
  accuracy: 'Accuracy',
  mae: 'Mean absolute error, days',
  rmse: 'Root mean squared error, days',
  r2: 'R²',
  pinball: 'Pinball loss, days',
  below: 'Share at or below what was said',
};

export function metricName(metric: string): string {
  return METRICS[metric] ?? metric;
}

/** Three digits after the point: figures of one table line up. */
export function figure(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return '–';
  // Rounded first: nothing is less than nothing.
  const rounded = Number(value.toFixed(digits)) + 0;
  return rounded.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `0.82 (0.79 – 0.84)`: a figure with its 95 % interval where one is known. */
export function withInterval({ value, low, high }: CardFigure): string {
  if (low === undefined || high === undefined) return figure(value);
  return `${figure(value)} (${figure(low)} – ${figure(high)})`;
}

export const shortHash = (sha256: string): string => sha256.slice(0, 12);
