import { LEARNERS } from '../../learners/index.ts';
import { lossName } from '../../training/index.ts';
import { learnedBy } from '../figures/trained.ts';
import { importanceOfDays, outOfFoldDays, type TrainedDays } from '../figures/trained-days.ts';
import { dataOf, isPrivate, limitsOf, rounded } from './build-card.ts';
import { COMMON_LIMITS_OF_DAYS, INTENDED_USE_OF_DAYS, type Figure, type ModelCard } from './card.ts';

const FIGURES = ['mae', 'rmse', 'r2', 'pinball', 'below'] as const;

/** The card of a regression of delay days, from its out-of-fold values. Same training, same card, to six digits. */
export function buildDayCard(trained: TrainedDays): ModelCard {
  const { result, gate, holdout } = trained;
  const { settings, algorithm, parameters } = result;
  const dataset = learnedBy(trained);
  const { basis, features } = importanceOfDays(trained);
  const shown = features.filter(({ feature }) => !isPrivate(dataset, feature));
  const { loss } = settings;
  return rounded({
    title: 'delay in days',
    days: { loss: lossName(loss) },
    intendedUse: INTENDED_USE_OF_DAYS,
    data: dataOf(trained.dataset, dataset.examples.length),
    algorithm: {
      name: LEARNERS[algorithm].title,
      parameters: { ...parameters },
      tried: settings.members.length,
      folds: settings.folds,
      seed: settings.seed,
      calibration: 'days are not recalibrated',
    },
    crossValidated: figuresOf(outOfFoldDays(trained)),
    holdout: holdout === undefined ? null : figuresOf(holdout.chosen),
    confusion: null,
    baseline: { [nameOfLoss(loss)]: scaleOfLoss(loss, gate.figures.lossOfConstant) },
    calibration: null,
    importance: { basis, features: shown.map(({ feature, mean, low, high }) => ({ feature, mean, low, high })) },
    fairness: [],
    limits: limitsOf(trained.dataset, result, COMMON_LIMITS_OF_DAYS),
    gate: { verdict: gate.verdict, sentences: gate.reasons.map(({ sentence }) => sentence) },
  });
}

function figuresOf(of: Partial<Record<(typeof FIGURES)[number], { value: number; low: number; high: number }>>) {
  const found = FIGURES.flatMap((name): [string, Figure][] => {
    const figure = of[name];
    return figure === undefined ? [] : [[name, { value: figure.value, low: figure.low, high: figure.high }]];
  });
  return Object.fromEntries(found);
}

type Loss = TrainedDays['result']['settings']['loss'];

/** Under which figure the constant's loss stands. */
function nameOfLoss(loss: Loss): string {
  if (loss === 'absolute') return 'mae';
  return loss === 'squared' ? 'rmse' : 'pinball';
}

/** Squared losses are shown as their root, in days. */
function scaleOfLoss(loss: Loss, value: number): number {
  return loss === 'squared' ? Math.sqrt(value) : value;
}
