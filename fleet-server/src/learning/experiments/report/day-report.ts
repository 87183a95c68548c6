import { LEARNERS } from '../../learners/index.ts';
import { meanAndDeviation, type RegressionTrial } from '../../training/index.ts';
import { buildDayCard } from '../card/build-day-card.ts';
import { nativeImportance } from '../figures/native-importance.ts';
import { learnedBy } from '../figures/trained.ts';
import { importanceOfDays, outOfFoldDays, type TrainedDays } from '../figures/trained-days.ts';
import { accuracyBars, daysPlot, nativePlot, permutationPlot, renderSvg, type Plot } from '../plots/index.ts';
import type { Drawing, Report } from './report.ts';

/** As `reportOf`, of a regression of delay days: nothing in it is drawn of chances. */
export async function dayReportOf(trained: TrainedDays): Promise<Report> {
  const { result, gate } = trained;
  const dataset = learnedBy(trained);
  const { targets, values } = result.outOfFold;
  const subtitle = `${dataset.name}, ${targets.length} rows out of fold, ${result.settings.split} split`;
  const best = bestByLoss(result.table, result.settings.loss);
  const importance = importanceOfDays(trained);
  const native = nativeImportance(result.model, dataset);
  const onRows = `${dataset.name}, ${importance.rows} ${importance.basis} rows`;
  const plots: Plot[] = [
    accuracyBars({
      rows: best.map(({ algorithm, folds, mae }) => ({
        name: LEARNERS[algorithm].title,
        folds: folds.map((fold) => fold.mae),
        mean: mae.mean,
      })),
      metric: 'Mean absolute error in days',
      ...(result.settings.loss === 'absolute'
        ? { baseline: { name: 'always the same delay', value: gate.figures.lossOfConstant } }
        : {}),
      subtitle,
    }),
    daysPlot(values, targets, subtitle),
    permutationPlot(importance.features, onRows, 'growth of the mean absolute error in days when shuffled'),
    ...(native?.by === 'gain' ? [nativePlot(native, `${dataset.name}, ${dataset.examples.length} training rows`)] : []),
  ];
  const drawings: Drawing[] = [];
  for (const plot of plots) {
    drawings.push({ name: plot.name, description: plot.description, svg: await renderSvg(plot) });
  }
  return {
    title: `${LEARNERS[result.algorithm].title} for delay days on ${dataset.name}`,
    subtitle,
    card: buildDayCard(trained),
    figures: {
      dataset: {
        name: dataset.name,
        version: dataset.version,
        rows: dataset.examples.length,
        split: result.settings.split,
      },
      answers: 'days',
      loss: result.settings.loss,
      algorithms: best.map(({ algorithm, parameters, folds, mae, rmse }) => ({
        algorithm,
        title: LEARNERS[algorithm].title,
        parameters,
        folds,
        mae,
        rmse,
      })),
      notRun: result.notRun,
      chosen: { algorithm: result.algorithm, parameters: result.parameters },
      outOfFold: outOfFoldDays(trained),
      importance: { permutation: importance, native: native ?? null },
      gate: { verdict: gate.verdict, reasons: gate.reasons },
    },
    drawings,
  };
}

/** The best configuration of each algorithm by what chose it, the best first. */
function bestByLoss(table: readonly RegressionTrial[], loss: TrainedDays['result']['settings']['loss']) {
  const figure = loss === 'absolute' ? 'mae' : loss === 'squared' ? 'rmse' : 'pinball';
  const lossOf = ({ folds }: RegressionTrial) => meanAndDeviation(folds.map((fold) => fold[figure] ?? Number.NaN)).mean;
  const whole = table.filter(({ failed, share = 1 }) => failed === undefined && share === 1);
  const best = new Map<string, RegressionTrial>();
  for (const trial of whole) {
    const before = best.get(trial.algorithm);
    if (before === undefined || lossOf(trial) < lossOf(before)) best.set(trial.algorithm, trial);
  }
  return [...best.values()].toSorted((a, b) => lossOf(a) - lossOf(b));
}
