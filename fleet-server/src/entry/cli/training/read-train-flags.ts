import { CodedError } from '@plumbline/shared/errors';
import type { TableRoles } from '../../../learning/datasets/index.ts';
import { ALGORITHMS, LEARNERS, type Algorithm, type Task } from '../../../learning/learners/index.ts';
import { PUBLISHED } from '../../../learning/pipelines/index.ts';
import type { ClassWeight, Costs, Strategy, TargetLoss } from '../../../learning/training/index.ts';
import { wholeNumber } from '../whole-number.ts';
import type { TrainFlags } from './train.ts';

/** As the server takes it: known before hours of training rather than after. */
const MAX_EXPERIMENT = 256;

export interface TrainRequest {
  source: { files: string[]; roles: TableRoles } | { dataset: string };
  /** Derived columns to add, `id@version[:column]`. */
  derive: string[];
  task: Task;
  published: boolean;
  algorithms?: Algorithm[];
  strategy: Strategy;
  folds: number;
  repeats: number;
  seed: number;
  workers: number;
  memoryMb: number;
  permutations: number;
  split?: 'time' | 'group' | 'stratified';
  loss?: TargetLoss;
  classWeight?: ClassWeight;
  costs?: Costs;
  /** Undefined: a fifth where the rows suffice. 0: none. */
  holdout?: number;
  out?: string;
  resume: boolean;
  /** The experiment whose run it becomes. */
  record?: string;
}

/** @throws CodedError `config_invalid` naming the flag */
export function readTrainFlags(flags: TrainFlags): TrainRequest {
  const task = oneOf('task', flags.task, ['classification', 'regression'] as const);
  if (flags.resume === true && flags.out === undefined) {
    throw invalid('resume', 'there is no folder to go on in', '--out with the folder of the search that was ended');
  }
  if (task === 'regression') refuseWith('regression', flags, ['classWeight', 'costMiss', 'costAlarm']);
  else refuseWith('classification', flags, ['loss']);
  const algorithms = algorithmsOf(flags.algorithms, task);
  const costs = costsOf(flags);
  return {
    source: sourceOf(flags),
    derive: deriveOf(flags.derive),
    task,
    published: flags.algorithms === 'published',
    ...(algorithms === undefined ? {} : { algorithms }),
    strategy: strategyOf(flags.search),
    folds: wholeNumber('folds', flags.folds, { min: 2, max: 20 }),
    repeats: wholeNumber('repeats', flags.repeats, { min: 1, max: 20 }),
    seed: wholeNumber('seed', flags.seed, { max: 0xffff_ffff }),
    workers: wholeNumber('workers', flags.workers, { max: 64 }),
    memoryMb: wholeNumber('memory', flags.memory, { min: 64, max: 1_048_576 }),
    permutations: wholeNumber('permutations', flags.permutations ?? '99', { min: 4, max: 9999 }),
    ...(flags.split === undefined ? {} : { split: oneOf('split', flags.split, ['time', 'group', 'stratified']) }),
    ...(flags.loss === undefined ? {} : { loss: lossOf(flags.loss) }),
    ...(flags.classWeight === undefined ? {} : { classWeight: weightOf(flags.classWeight) }),
    ...(costs === undefined ? {} : { costs }),
    ...(flags.holdout === undefined ? {} : { holdout: decimal('holdout', flags.holdout) }),
    ...(flags.out === undefined ? {} : { out: flags.out }),
    resume: flags.resume === true,
    ...(flags.record === undefined ? {} : { record: experimentOf(flags.record) }),
  };
}

function experimentOf(given: string): string {
  if (given.trim() !== '' && given.length <= MAX_EXPERIMENT) return given;
  throw invalid(
    'record',
    JSON.stringify(given.slice(0, 40)),
    `the name of an experiment, 1 to ${MAX_EXPERIMENT} characters`,
  );
}

function deriveOf(given: string | undefined): string[] {
  if (given === undefined) return [];
  const names = given.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw invalid('derive', given, 'names with commas, such as planned-days@1,site-late-rate@1');
}

const ROLES = ['label', 'positive', 'delay', 'time', 'due', 'known', 'group', 'site', 'id', 'ignore'] as const;

function sourceOf(flags: TrainFlags): TrainRequest['source'] {
  const { file, dataset } = flags;
  if ((file === undefined) === (dataset === undefined)) {
    throw invalid('file', 'nothing, or two things, to learn from', 'either --file or --dataset');
  }
  if (dataset === undefined) {
    const given = ROLES.flatMap((role) => (flags[role] === undefined ? [] : [[role, flags[role]] as const]));
    const roles = Object.fromEntries(given) as TableRoles;
    const { label, positive, delay } = roles;
    // A regression learns days; late is then simply more than none of them.
    if (label === undefined && positive === undefined && delay !== undefined) roles.positive = `[${delay}] > 0`;
    return { files: file ?? [], roles };
  }
  const stated = ROLES.find((role) => flags[role] !== undefined);
  if (stated === undefined) return { dataset };
  throw invalid(stated, `--${stated} beside --dataset`, 'columns of a file; a registered data set has its roles');
}

function algorithmsOf(given: string | undefined, task: Task): Algorithm[] | undefined {
  if (given === undefined) return undefined;
  const able = ALGORITHMS.filter((name) => LEARNERS[name].tasks.includes(task));
  if (given === 'all') return able;
  if (given === 'published') return PUBLISHED.map(({ algorithm }) => algorithm);
  return given
    .split(',')
    .map((name) => oneOf('algorithms', name.trim(), ALGORITHMS, `${able.join(', ')}, all or published`));
}

function strategyOf(given: string): Strategy {
  const [, kind, count] = /^(grid|random|halving)(?::(\d+))?$/.exec(given) ?? [];
  if (kind === 'grid' && count === undefined) return { kind };
  if (kind === 'halving') return count === undefined ? { kind } : { kind, count: configurations(count) };
  if (kind === 'random' && count !== undefined) return { kind, count: configurations(count) };
  throw invalid('search', given, 'grid, random:N, halving or halving:N');
}

function configurations(given: string): number {
  return wholeNumber('search', given, { min: 1, max: 1000 });
}

function lossOf(given: string): TargetLoss {
  if (given === 'absolute' || given === 'squared') return given;
  const quantile = Number(/^quantile:(0?\.\d+)$/.exec(given)?.[1]);
  if (quantile > 0 && quantile < 1) return { quantile };
  throw invalid('loss', given, 'absolute, squared or quantile:Q with Q between 0 and 1');
}

function weightOf(given: string): ClassWeight {
  if (given === 'balanced') return given;
  const [, late, inTime] = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(given) ?? [];
  if (Number(late) > 0 && Number(inTime) > 0) return { late: Number(late), inTime: Number(inTime) };
  throw invalid('class-weight', given, 'balanced, or LATE:INTIME such as 2:1');
}

function costsOf({ costMiss, costAlarm }: TrainFlags): Costs | undefined {
  if (costMiss === undefined && costAlarm === undefined) return undefined;
  if (costMiss === undefined || costAlarm === undefined) {
    throw invalid(costMiss === undefined ? 'cost-miss' : 'cost-alarm', 'missing', 'both costs, or neither');
  }
  return { miss: aboveZero('cost-miss', costMiss), alarm: aboveZero('cost-alarm', costAlarm) };
}

function aboveZero(field: string, given: string): number {
  const value = decimal(field, given);
  if (value > 0) return value;
  throw invalid(field, given, 'a number above 0');
}

function decimal(field: string, given: string): number {
  if (/^\d+(\.\d+)?$|^\.\d+$/.test(given)) return Number(given);
  throw invalid(field, given, 'a number such as 0.2');
}

function refuseWith(task: Task, flags: TrainFlags, names: (keyof TrainFlags)[]): void {
  const stated = names.find((name) => flags[name] !== undefined);
  if (stated === undefined) return;
  const flag = stated.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw invalid(flag, `--${flag} beside --task ${task}`, `no --${flag}, or the other task`);
}

function oneOf<Name extends string>(
  field: string,
  given: string,
  names: readonly Name[],
  expected = names.join(' | '),
): Name {
  const found = names.find((name) => name === given);
  if (found !== undefined) return found;
  throw invalid(field, given, expected);
}

function invalid(field: string, what: string, expected: string): CodedError {
  return new CodedError('config_invalid', `${field}: ${what}`, { field, expected });
}
