import { ENGINES, type Engine } from '../../../platform/ports/index.ts';
import type { WireSizes } from '../wire-codecs.ts';
import type { Figures } from '../judge/figures.ts';
import type { Latency } from '../judge/latency.ts';
import type { Searched } from './search.ts';
import { worstFigures } from './trial.ts';

/**
 * One row of the trial table on the card: what was decided and by which figures, the same for the same input.
 * Sizes in bytes; figures are the worst of the engines on the selection rows. What was measured is in `Measured`.
 */
export interface TrialRow {
  variant: string;
  recipe: string;
  notes: string[];
  sha256: string;
  bytes: number;
  wire: WireSizes;
  lossless: boolean;
  /** Absent when it answered on neither engine. */
  agreement?: number;
  maxDiff?: number;
  calibrationShift?: number;
  metric?: Figures['metric'];
  verdict: 'pass' | 'refuse';
  reason: string;
  /** Profiles whose devices get it; none for one that another encoding beat. */
  chosenFor: string[];
}

/** What was measured on one machine at one time, by recipe and engine: for `measured.json`, never for a card. */
export interface Measured {
  host: { arch: string; platform: string; cpus: number; model: string; node: string };
  trials: Record<string, Partial<Record<Engine, { loadMs: number; peakMb: number; latency?: Latency }>>>;
}

export function trialRows({ trials, choices }: Pick<Searched, 'trials' | 'choices'>): TrialRow[] {
  return trials.map((trial) => {
    const worst = worstFigures(trial);
    const chosenFor = choices.flatMap(({ profile, recipe }) => (recipe === trial.recipe ? [profile] : []));
    return {
      variant: trial.recipe,
      recipe: trial.recipe,
      notes: trial.notes,
      sha256: trial.sha256,
      bytes: trial.bytes.length,
      wire: trial.wire,
      lossless: trial.lossless,
      ...(worst && {
        agreement: Math.min(worst.agreement, worst.exactAgreement),
        ...(Number.isFinite(worst.maxDiff) && { maxDiff: worst.maxDiff }),
        calibrationShift: worst.calibrationShift,
        ...(worst.metric && { metric: worst.metric }),
      }),
      verdict: trial.verdict,
      reason: trial.reason,
      chosenFor,
    };
  });
}

export function measuredOf({ trials }: Pick<Searched, 'trials'>, host: Measured['host']): Measured {
  return { host, trials: Object.fromEntries(trials.map((trial) => [trial.recipe, measuredTrial(trial)])) };
}

function measuredTrial({ engines }: Searched['trials'][number]): Measured['trials'][string] {
  return Object.fromEntries(
    ENGINES.flatMap((engine) => {
      const on = engines[engine];
      if (!on.ok) return [];
      const { loadMs, peakMb, latency } = on;
      return [[engine, { loadMs, peakMb, ...(latency && { latency }) }]];
    }),
  );
}
