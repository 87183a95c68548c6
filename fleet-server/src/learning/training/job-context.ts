import type { Dataset, Example } from '../datasets/dataset.ts';
import { type Algorithm, deriveSeed, encodeTable, requireWithin } from '../learners/index.ts';
import { checkClassWeight } from './class-weights.ts';
import { TrainingError } from './errors.ts';
import { type Fold, makeFolds } from './folds.ts';
import { groupRows } from './gate/cluster-rows.ts';
import type { JobContext } from './search/context.ts';
import { makeLadder } from './search/ladder.ts';
import { DEFAULT_HALVING, listMembers } from './search/strategy.ts';
import type { SearchOptions, SearchSettings, TrainOptions } from './settings.ts';

export const MIN_ROWS = 50;

/** Delay days are levelled over the folds by so many quantiles. */
const QUANTILES = 5;

/** Throws `bad_parameter`. */
export function settingsOf(
  dataset: Dataset,
  options: SearchOptions & Pick<TrainOptions, 'classWeight'>,
  algorithms: readonly Algorithm[],
): SearchSettings {
  const { seed, grid = {}, folds = 5, matrix = {}, strategy, repeats = 1, classWeight } = options;
  requireWithin('seed', seed, 0, 0xffff_ffff, true);
  requireWithin('repeats', repeats, 1, 20, true);
  if (classWeight !== undefined) checkClassWeight(classWeight);
  const split = options.split ?? dataset.split;
  if (repeats > 1 && split === 'time') {
    throw new TrainingError('bad_parameter', 'Folds in time are the same in every repeat.', {
      field: 'repeats',
      expected: '1 under a time split',
    });
  }
  return {
    datasetVersion: dataset.version,
    seed,
    members: listMembers(algorithms, grid, strategy, seed),
    folds,
    split,
    matrix,
    ...(strategy === undefined || strategy.kind === 'grid' ? {} : { strategy }),
    ...(repeats === 1 ? {} : { repeats }),
    ...(classWeight === undefined ? {} : { classWeight }),
  };
}

/** Rows, folds and configurations as the jobs read them; the quality gate derives the same from the settings. */
export function jobContext(dataset: Dataset, settings: SearchSettings): JobContext {
  const { examples, features } = dataset;
  const regression = settings.loss === undefined ? undefined : { targets: targetsOf(examples), loss: settings.loss };
  if (regression === undefined) assertTrainable(dataset);
  else assertTargets(examples, regression.targets);
  const { seed, members, split, matrix, strategy, repeats = 1, classWeight } = settings;
  const strata = regression === undefined ? labelsOf(examples) : quantilesOf(regression.targets);
  const options = { split, count: settings.folds, strata };
  const dealt = Array.from({ length: repeats }, (_, repeat): Fold[] =>
    makeFolds(examples, { ...options, seed: repeat === 0 ? seed : deriveSeed(seed, 'repeat', repeat) }),
  );
  const folds = dealt.flat();
  const factor = (strategy?.kind === 'halving' ? strategy.factor : undefined) ?? DEFAULT_HALVING.factor;
  const ofEach = [...Map.groupBy(members, ({ algorithm }) => algorithm).values()].map(({ length }) => length);
  const configurations = strategy?.kind === 'halving' ? Math.max(...ofEach) : 1;
  return {
    table: encodeTable(examples, features, groupRows(dataset, allRows(examples), split)),
    folds,
    ownFolds: dealt[0]!.length,
    rungs: makeLadder(examples, strata, folds, { split, seed, factor, configurations }),
    factor,
    members,
    matrix,
    seed,
    sites: new Set(examples.map(({ site }) => site)).size,
    ...(regression === undefined ? {} : { regression }),
    ...(classWeight === undefined ? {} : { classWeight }),
  };
}

function allRows({ length }: readonly Example[]): Int32Array {
  return Int32Array.from({ length }, (_, row) => row);
}

/** The validation rows of the first repeat, fold by fold: the order of out-of-fold scores. */
export function validRows({ folds, ownFolds }: JobContext): Int32Array {
  return Int32Array.from(folds.slice(0, ownFolds).flatMap(({ valid }) => [...valid]));
}

/** Which fold of the first repeat each of `validRows` stands in. */
export function foldOfValidRows({ folds, ownFolds }: JobContext): Int32Array {
  return Int32Array.from(folds.slice(0, ownFolds).flatMap(({ valid }, fold) => Array<number>(valid.length).fill(fold)));
}

/** Throws `too_few_rows` or `one_class` when no figure computed from the dataset could be trusted. */
export function assertTrainable({ examples }: Pick<Dataset, 'examples'>): void {
  assertEnough(examples);
  const late = examples.filter(({ label }) => label === 1).length;
  if (late > 0 && late < examples.length) return;
  throw new TrainingError('one_class', `All ${examples.length} rows have label ${late > 0 ? 1 : 0}.`, {
    kind: 'refused',
    field: 'examples',
    expected: 'rows of both labels',
  });
}

function assertEnough(examples: readonly Example[]): void {
  if (examples.length >= MIN_ROWS) return;
  const expected = `at least ${MIN_ROWS} labelled rows`;
  throw new TrainingError('too_few_rows', `The dataset has ${examples.length} labelled rows, expected ${expected}.`, {
    kind: 'refused',
    field: 'examples',
    expected,
  });
}

function assertTargets(examples: readonly Example[], targets: Float32Array): void {
  assertEnough(examples);
  if (targets.some((days) => days !== targets[0])) return;
  throw new TrainingError('no_targets', `All ${examples.length} rows have a delay of ${targets[0]} days.`, {
    kind: 'refused',
    field: 'examples',
    expected: 'delays that differ',
  });
}

function labelsOf(examples: readonly Example[]): Uint8Array {
  return Uint8Array.from(examples, ({ label }) => label);
}

/** In memory that all threads share. Rows without a delay were left out before. */
function targetsOf(examples: readonly Example[]): Float32Array {
  const targets = new Float32Array(new SharedArrayBuffer(4 * examples.length));
  examples.forEach(({ delayDays }, row) => {
    if (delayDays === undefined || !Number.isFinite(Math.fround(delayDays))) {
      throw new TrainingError('no_targets', `Row ${row} has a delay of ${delayDays} days.`, {
        field: `examples[${row}].delayDays`,
        expected: 'a finite number of days',
      });
    }
    targets[row] = delayDays;
  });
  return targets;
}

function quantilesOf(targets: Float32Array): Uint8Array {
  const sorted = targets.toSorted();
  const edges = Array.from(
    { length: QUANTILES - 1 },
    (_, edge) => sorted[Math.floor(((edge + 1) * sorted.length) / QUANTILES)]!,
  );
  return Uint8Array.from(targets, (days) => edges.filter((edge) => days >= edge).length);
}
