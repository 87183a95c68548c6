import type { Command } from 'commander';
import type { Global } from '../connection.ts';
import type { RoleFlags } from '../datasets/roles.ts';

/** As commander gives them: text, but for lists and switches. */
export interface TrainFlags extends Omit<RoleFlags, 'ignore' | 'target'> {
  file?: string[];
  dataset?: string;
  ignore?: string[];
  derive?: string;
  split?: string;
  task: string;
  loss?: string;
  algorithms?: string;
  search: string;
  folds: string;
  repeats: string;
  seed: string;
  workers: string;
  memory: string;
  classWeight?: string;
  costMiss?: string;
  costAlarm?: string;
  holdout?: string;
  permutations?: string;
  out?: string;
  resume?: boolean;
  record?: string;
}

export function addTrain(program: Command): void {
  program
    .command('train')
    .description(
      'search, fit and judge models of a data set; needs no server but for --record. Exit 4: the quality gate refuses',
    )
    .option('--file <path...>', 'CSV, NDJSON, Parquet or schedule files, or folders of them')
    .option('--dataset <name@version>', 'a registered data set of the state folder instead')
    .option('--label <column>', 'column that holds the outcome')
    .option('--positive <expression>', "what counts as late: a value, or a condition such as 'delay > 30'")
    .option('--delay <column>', 'column with the days late, for --task regression')
    .option('--time <column>', 'when a prediction is asked for; rows are then split by time')
    .option('--due <column>', 'planned end')
    .option('--known <column>', 'when the outcome became known')
    .option('--group <column>', 'rows of one group stay on one side of every split')
    .option('--site <column>', 'where; some algorithms may not carry rows from site to site')
    .option('--id <column>', 'names the activity')
    .option('--ignore <column...>', 'columns that are no features')
    .option('--derive <ids>', 'derived columns with commas, such as planned-days@1,trade-late-rate@1:crew')
    .option('--split <rule>', 'time, group or stratified, instead of what the columns suggest')
    .option('--task <task>', 'classification (late or not) or regression (days late)', 'classification')
    .option('--loss <loss>', 'of a regression: absolute, squared or quantile:Q (absolute)')
    .option(
      '--algorithms <list>',
      'names with commas, `all`, or `published`: the nine families of the published use case',
    )
    .option('--search <strategy>', 'grid, random:N or halving[:N]; N configurations of each algorithm', 'grid')
    .option('--folds <n>', 'folds of the search, 2–20', '5')
    .option('--repeats <n>', 'times the folds are dealt anew, 1–20', '1')
    .option('--seed <n>', 'the same seed gives the same bytes', '1')
    .option('--workers <n>', 'threads, 0–64; the result does not depend on it', '2')
    .option('--memory <mb>', 'heap of one thread', '2048')
    .option('--class-weight <weight>', 'balanced, or LATE:INTIME such as 2:1')
    .option('--cost-miss <cost>', 'what an unforeseen delay costs; with --cost-alarm')
    .option('--cost-alarm <cost>', 'what a needless warning costs; with --cost-miss')
    .option('--holdout <share>', 'rows the search never sees, 0 or 0.05–0.5 (0.2 where the rows suffice)')
    .option('--permutations <n>', 'most retrainings on shuffled labels in the gate, 4–9999', '99')
    .option('--out <dir>', 'write model.onnx, card.json, figures.json, run.json and the report there')
    .option('--record <experiment>', 'write the run down on the server of --state, with its report')
    .option('--resume', 'go on with the search that was ended in --out', false)
    .action(async (flags: TrainFlags, command: Command) => {
      // Brings in the learners, the exporter and the readers: no other command needs all of them.
      const { runTrain } = await import('./run-train.ts');
      await runTrain(flags, command.optsWithGlobals<Global>());
    });
}
