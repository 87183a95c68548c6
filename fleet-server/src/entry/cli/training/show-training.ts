import type { HeldOutDays } from '../../../learning/pipelines/index.ts';
import { classFigures, type Confusion, type HoldoutFigures, type Interval } from '../../../learning/training/index.ts';
import { table } from '../output.ts';
import type { AlgorithmRow, Spread, TrainingReport } from './training-report.ts';

/** The report for people: what the rows are, one line an algorithm, the gate's sentence last. */
export function showTraining(report: TrainingReport, inFull: boolean): string {
  const ran = report.algorithms.filter(({ cv }) => cv !== undefined);
  return [
    showDataset(report),
    report.task === 'regression' ? showDays(ran) : showClasses(ran),
    ...report.algorithms.flatMap(({ title, notRun }) => (notRun ? [`not run: ${title}: ${notRun.sentence}`] : [])),
    ...(inFull && report.task === 'classification' ? ['', showConfusions(ran)] : []),
    '',
    ...report.notes,
    ...showThreshold(report),
    ...report.files.map((file) => `wrote ${file}`),
    ...(report.run === undefined ? [] : [`recorded as ${report.run}`]),
    `chosen: ${titleOf(report)} ${JSON.stringify(report.chosen.parameters)}`,
    showGate(report),
  ].join('\n');
}

function showDataset({ dataset, settings, holdout }: TrainingReport): string {
  const { name, version, rows, late, features, target, findings } = dataset;
  const told = findings.filter(({ severity }) => severity !== 'note');
  const noted = findings.length - told.length;
  return [
    `${name}@${version.slice(0, 16)}: ${rows} rows, ${late} with the answer 1 (${target}); ${features.length} features`,
    `${settings.folds} folds by ${settings.split}${holdout === undefined ? '' : ', and rows held out that the search never sees'}; seed ${settings.seed}`,
    ...told.map(({ severity, field, sentence }) => `${severity}: ${field}: ${sentence}`),
    ...(noted > 0 ? [`${noted} further notes on the data: --json`] : []),
    '',
  ].join('\n');
}

const CLASS_HEADER = ['algorithm', 'CV accuracy', 'CV AUC', 'CV Brier', 'CV log-loss', 'held-out accuracy', 'AUC', 's'];

function showClasses(rows: readonly AlgorithmRow[]): string {
  return table(
    CLASS_HEADER,
    rows.map(({ title, cv = {}, holdout, seconds }) => {
      const held = holdout as HoldoutFigures | undefined;
      return [
        title,
        spread(cv['accuracy']),
        spread(cv['auc']),
        spread(cv['brier']),
        spread(cv['logLoss']),
        interval(held?.accuracy),
        interval(held?.auc),
        seconds.toFixed(2),
      ];
    }),
  );
}

function showDays(rows: readonly AlgorithmRow[]): string {
  return table(
    ['algorithm', 'CV MAE, days', 'CV RMSE, days', 'CV R²', 'held-out MAE', 'RMSE', 'R²', 's'],
    rows.map(({ title, cv = {}, holdout, seconds }) => {
      const held = holdout as HeldOutDays | undefined;
      return [
        title,
        spread(cv['mae'], 2),
        spread(cv['rmse'], 2),
        spread(cv['r2']),
        interval(held?.mae, 2),
        interval(held?.rmse, 2),
        interval(held?.r2),
        seconds.toFixed(2),
      ];
    }),
  );
}

/** Per algorithm what the published use case prints: confusion matrix, precision, recall and F1 of both classes. */
function showConfusions(rows: readonly AlgorithmRow[]): string {
  const lines = rows.flatMap((row) => {
    const held = row.holdout as HoldoutFigures | undefined;
    const confusion = held?.confusion ?? row.confusion;
    if (confusion === undefined) return [];
    const { late, inTime } = classFigures(confusion);
    const { hits, misses, alarms, passes } = confusion;
    const name = row.family ?? row.title;
    return [
      [name, ((hits + passes) / sumOf(confusion)).toFixed(3), 'late', hits, misses, ...threeOf(late)],
      ['', '', 'in time', alarms, passes, ...threeOf(inTime)],
    ];
  });
  const where = rows.some(({ holdout }) => holdout !== undefined)
    ? 'held-out rows'
    : 'out of fold, before recalibration';
  return [
    `On ${where}:`,
    table(['family', 'accuracy', 'was', 'said late', 'said in time', 'precision', 'recall', 'F1'], lines),
  ].join('\n');
}

function sumOf({ hits, misses, alarms, passes }: Confusion): number {
  return hits + misses + alarms + passes;
}

function threeOf({ precision, recall, f1 }: { precision: number; recall: number; f1: number }): string[] {
  return [precision, recall, f1].map(plain);
}

function showThreshold({ threshold }: TrainingReport): string[] {
  if (threshold === undefined) return [];
  const { costs, threshold: at, expectedCost, expectedCostAtHalf } = threshold;
  return [
    `late from ${interval(at)} on: a miss costs ${costs.miss} and an alarm ${costs.alarm}, ` +
      `so a row costs ${expectedCost.toFixed(3)} on average (${expectedCostAtHalf.toFixed(3)} at 0.5)`,
  ];
}

function showGate({ gate, task }: TrainingReport): string {
  if (gate.verdict === 'pass')
    return task === 'regression'
      ? 'gate: pass: better than a constant and than chance'
      : 'gate: pass: better than the base rate, than chance, and calibrated';
  return [
    'gate: REFUSED; this model may not be registered.',
    ...gate.reasons.map(({ sentence }) => `  ${sentence}`),
  ].join('\n');
}

function titleOf({ algorithms, chosen }: TrainingReport): string {
  return algorithms.find(({ algorithm }) => algorithm === chosen.algorithm)?.title ?? chosen.algorithm;
}

function spread(given: Spread | undefined, digits = 3): string {
  return given === undefined || !Number.isFinite(given.mean)
    ? '–'
    : `${given.mean.toFixed(digits)} ± ${given.sd.toFixed(digits)}`;
}

function interval(given: Interval | undefined, digits = 3): string {
  if (given === undefined || !Number.isFinite(given.value)) return '–';
  return `${given.value.toFixed(digits)} (${given.low.toFixed(digits)}–${given.high.toFixed(digits)})`;
}

function plain(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '–';
}
