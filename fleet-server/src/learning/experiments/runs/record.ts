import { createHash } from 'node:crypto';
import { accuracy, brier, logLoss, type SearchSettings } from '../../training/index.ts';
import { learnedBy, thresholdOf, type Trained } from '../figures/trained.ts';
import { reportOf, type Report, type ReportOptions } from '../report/report.ts';
import { reportFiles } from '../report/write-report.ts';
import { finishRun, type RunOutcome } from './end.ts';
import type { Run, RunDeps, RunMetrics } from './run.ts';
import { startRun, type StartInput } from './start.ts';

export interface RecordInput extends Omit<StartInput, 'dataset' | 'settings' | 'seed'> {
  result?: RunOutcome['result'];
  /** A report that was made already; otherwise one is, unless it says false. */
  report?: Report | false;
  reportOptions?: ReportOptions;
}

/** A training that has ended, written down as a run with its report. @throws ExperimentError `run_malformed`, `run_unknown` */
export async function recordRun(deps: RunDeps, actor: string, trained: Trained, input: RecordInput): Promise<Run> {
  const { result, report, reportOptions, ...start } = input;
  const made = report === false ? undefined : (report ?? (await reportOf(trained, reportOptions)));
  const { id } = await startRun(deps, actor, { ...start, ...aboutTraining(trained) });
  return finishRun(deps, actor, id, {
    metrics: metricsOfTraining(trained),
    ...(result === undefined ? {} : { result }),
    ...(made === undefined ? {} : { artifacts: reportFiles(made) }),
  });
}

/** What a training was told, as a run keeps it. */
export function aboutTraining(
  trained: Pick<Trained, 'dataset' | 'learned'> & {
    result: Pick<Trained['result'], 'settings' | 'algorithm' | 'parameters'>;
  },
): Required<Pick<StartInput, 'dataset' | 'settings' | 'seed'>> {
  const { name, version } = learnedBy(trained);
  const { settings, algorithm, parameters } = trained.result;
  return {
    dataset: { name, version },
    settings: { ...settingsOfSearch(settings), chosen: { algorithm, parameters } },
    seed: settings.seed,
  };
}

/** Settings without what stands elsewhere in the run; the configurations by algorithm, as people compare them. */
export function settingsOfSearch({
  datasetVersion: _version,
  seed: _seed,
  members,
  ...rest
}: SearchSettings): Record<string, unknown> {
  const tried = Object.groupBy(members, ({ algorithm }) => algorithm);
  const configurations = Object.entries(tried).map(([algorithm, list]) => [
    algorithm,
    (list ?? []).map(({ parameters }) => parameters),
  ]);
  return { ...rest, configurations: Object.fromEntries(configurations) };
}

/** How a training did, as a run keeps it. */
export function metricsOfTraining(trained: Trained): RunMetrics {
  const { result, gate, holdout } = trained;
  const { labels, scores } = result.outOfFold;
  const { folds } = result.table[result.chosen]!;
  const byFold = (figure: 'accuracy' | 'auc' | 'brier' | 'logLoss') => folds.map((fold) => finite(fold[figure]));
  return {
    values: {
      auc: finite(gate.figures.auc),
      brier: finite(brier(labels, scores)),
      logLoss: finite(logLoss(labels, scores)),
      accuracy: finite(accuracy(labels, scores, thresholdOf(trained))),
    },
    folds: {
      key: foldKey(result.settings),
      rowsTrain: folds.map(({ rowsTrain }) => rowsTrain),
      rowsValid: folds.map(({ rowsValid }) => rowsValid),
      values: { auc: byFold('auc'), brier: byFold('brier'), logLoss: byFold('logLoss'), accuracy: byFold('accuracy') },
    },
    ...(holdout === undefined
      ? {}
      : {
          holdout: {
            auc: finite(holdout.chosen.auc.value),
            brier: finite(holdout.chosen.brier.value),
            logLoss: finite(holdout.chosen.logLoss.value),
            accuracy: finite(holdout.chosen.accuracy.value),
          },
        }),
    gate: { verdict: gate.verdict, reasons: gate.reasons.map(({ code, sentence }) => ({ code, sentence })) },
  };
}

/** Everything that decides which row stands in which fold. */
export function foldKey({ datasetVersion, split, folds, repeats = 1, seed }: SearchSettings): string {
  const text = JSON.stringify([datasetVersion, split, folds, repeats, seed]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
