import { LEARNERS } from '../../learners/index.ts';
import { confusionOf, type Trial } from '../../training/index.ts';
import { buildCard, type CardOptions } from '../card/build-card.ts';
import type { ModelCard } from '../card/card.ts';
import { precisionRecallCurve, rocCurve, thinned } from '../figures/curves.ts';
import { learningCurve } from '../figures/learning-curve.ts';
import { nativeImportance } from '../figures/native-importance.ts';
import { reliabilityBins } from '../figures/reliability.ts';
import { importanceOf, learnedBy, thresholdOf, type Trained } from '../figures/trained.ts';
import {
  accuracyBars,
  calibrationPlot,
  confusionMap,
  learningCurvePlot,
  nativePlot,
  permutationPlot,
  precisionRecallPlot,
  renderSvg,
  rocPlot,
  type NamedCurve,
  type Plot,
} from '../plots/index.ts';

export interface ReportOptions extends CardOptions {
  /** Trains the chosen configuration on parts of the rows: as long as the search took for it, twice over. Default false. */
  learningCurve?: boolean;
  workers?: number;
  signal?: AbortSignal;
}

export interface Drawing {
  name: string;
  description: string;
  svg: string;
}

/** Everything that is said of a training, ready to be written down. Same training, same bytes. */
export interface Report {
  title: string;
  /** What the figures rest on, in a line. */
  subtitle: string;
  card: ModelCard;
  /** Figures as JSON: what the drawings were drawn from. */
  figures: Record<string, unknown>;
  drawings: Drawing[];
}

/** A curve with more lines than this is a knot. */
const MOST_CURVES = 5;

/** Figures, drawings and card of a training. @throws TrainingError `stopped` */
export async function reportOf(trained: Trained, options: ReportOptions = {}): Promise<Report> {
  const { result, gate } = trained;
  const dataset = learnedBy(trained);
  const { labels, scores } = result.outOfFold;
  const subtitle = `${dataset.name}, ${labels.length} rows out of fold, ${result.settings.split} split`;
  const threshold = thresholdOf(trained);
  const confusion = confusionOf(labels, scores, threshold);
  const best = bestByAlgorithm(result.table);
  const curves = curvesOf(trained, rocCurve);
  const recalls = curvesOf(trained, precisionRecallCurve);
  const bins = reliabilityBins(labels, scores);
  const importance = importanceOf(trained);
  const native = nativeImportance(result.model, dataset);
  const learning =
    options.learningCurve === true
      ? await learningCurve(dataset, result, { ...options, seed: result.settings.seed })
      : undefined;
  const late = labels.reduce((sum, label) => sum + label, 0);
  const onRows = `${dataset.name}, ${importance.rows} ${importance.basis} rows`;
  const plots: Plot[] = [
    accuracyBars({
      rows: best.map(({ algorithm, folds }) =>
        spreadOf(
          LEARNERS[algorithm].title,
          folds.map((fold) => fold.accuracy),
        ),
      ),
      metric: 'Accuracy',
      baseline: { name: 'always the commoner class', value: Math.max(late, labels.length - late) / labels.length },
      subtitle,
    }),
    confusionMap({ confusion, threshold, subtitle }),
    rocPlot(curves, subtitle),
    precisionRecallPlot(recalls, late / labels.length, subtitle),
    calibrationPlot(bins, subtitle),
    permutationPlot(importance.features, onRows),
    ...(native === undefined ? [] : [nativePlot(native, `${dataset.name}, ${dataset.examples.length} training rows`)]),
    ...(learning === undefined || learning.points.length < 2 ? [] : [learningCurvePlot(learning, subtitle)]),
  ];
  const drawings: Drawing[] = [];
  for (const plot of plots)
    drawings.push({ name: plot.name, description: plot.description, svg: await renderSvg(plot) });
  return {
    title: `${LEARNERS[result.algorithm].title} on ${dataset.name}`,
    subtitle,
    card: buildCard(trained, options),
    figures: {
      dataset: {
        name: dataset.name,
        version: dataset.version,
        rows: dataset.examples.length,
        split: result.settings.split,
      },
      algorithms: best.map(({ algorithm, parameters, folds, auc, brier }) => ({
        algorithm,
        title: LEARNERS[algorithm].title,
        parameters,
        folds,
        auc,
        brier,
      })),
      notRun: result.notRun,
      chosen: { algorithm: result.algorithm, parameters: result.parameters },
      confusion: { threshold, ...confusion },
      roc: curves.map(({ name, curve }) => ({ name, ...thinned(curve) })),
      precisionRecall: recalls.map(({ name, curve }) => ({ name, ...thinned(curve) })),
      calibration: bins,
      importance: { permutation: importance, native: native ?? null },
      learningCurve: learning ?? null,
      gate: { verdict: gate.verdict, reasons: gate.reasons },
    },
    drawings,
  };
}

/** The best configuration of each algorithm by mean Brier score, the best first. What was dropped early is not judged. */
export function bestByAlgorithm(table: readonly Trial[]): Trial[] {
  const whole = table.filter(({ failed, share = 1 }) => failed === undefined && share === 1);
  const best = new Map<string, Trial>();
  for (const trial of whole) {
    const before = best.get(trial.algorithm);
    if (before === undefined || trial.brier.mean < before.brier.mean) best.set(trial.algorithm, trial);
  }
  return [...best.values()].toSorted((a, b) => a.brier.mean - b.brier.mean);
}

function spreadOf(name: string, folds: readonly number[]) {
  return { name, folds, mean: folds.reduce((sum, value) => sum + value, 0) / folds.length };
}

/** Of the chosen model, and of the best of the other algorithms where they were finished too. */
function curvesOf({ result }: Trained, curve: typeof rocCurve): NamedCurve[] {
  const others = (result.finalists ?? []).filter(({ chosen }) => chosen !== result.chosen);
  return [result, ...others]
    .map(({ algorithm, outOfFold }) => ({
      name: LEARNERS[algorithm].title,
      curve: curve(outOfFold.labels, outOfFold.scores),
    }))
    .map((one, index) => ({ ...one, first: index === 0 }))
    .toSorted((a, b) => Number(b.first) - Number(a.first) || b.curve.area - a.curve.area)
    .slice(0, MOST_CURVES)
    .map(({ name, curve: drawn }) => ({ name, curve: drawn }));
}
