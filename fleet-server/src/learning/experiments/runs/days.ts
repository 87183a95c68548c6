import type { TrainedDays } from '../figures/trained-days.ts';
import { foldKey } from './record.ts';
import type { Figures, RunMetrics } from './run.ts';

const FIGURES = ['mae', 'rmse', 'r2', 'pinball'] as const;

/** How a regression did, as a run keeps it: days but for `r2`; each figure is the mean over the folds. */
export function metricsOfDays({ result, gate, holdout }: Pick<TrainedDays, 'result' | 'gate' | 'holdout'>): RunMetrics {
  const { folds } = result.table[result.chosen]!;
  const names = FIGURES.filter((name) => folds.some((fold) => fold[name] !== undefined));
  const byFold = (name: (typeof FIGURES)[number]) => folds.map((fold) => finite(fold[name]));
  return {
    values: figures(names, (name) => meanOf(byFold(name))),
    folds: {
      key: foldKey(result.settings),
      rowsTrain: folds.map(({ rowsTrain }) => rowsTrain),
      rowsValid: folds.map(({ rowsValid }) => rowsValid),
      values: Object.fromEntries(names.map((name) => [name, byFold(name)])),
    },
    ...(holdout === undefined
      ? {}
      : {
          holdout: figures(names, (name) => finite(holdout.chosen[name]?.value)),
        }),
    gate: { verdict: gate.verdict, reasons: gate.reasons.map(({ code, sentence }) => ({ code, sentence })) },
  };
}

function figures<Name extends string>(names: readonly Name[], valueOf: (name: Name) => number | null): Figures {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]));
}

/** Null where a fold has none: a mean over other folds is another figure. */
function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length < values.length || known.length === 0
    ? null
    : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
