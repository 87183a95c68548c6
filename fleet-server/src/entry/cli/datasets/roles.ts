import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openDataset, type Dataset, type TableRoles } from '../../../learning/datasets/index.ts';

/** Options of commands that read files: which column means what. */
export interface RoleFlags {
  label?: string;
  positive?: string;
  delay?: string;
  time?: string;
  due?: string;
  known?: string;
  group?: string;
  site?: string;
  id?: string;
  ignore?: string;
  target?: string;
}

export function withRoles(command: Command): Command {
  return command
    .option('--label <column>', 'column that holds the outcome')
    .option('--positive <condition>', "what counts as late: a value of it, or a condition such as 'delay > 30'")
    .option('--delay <column>', 'column with the days late, for regression')
    .option('--time <column>', 'column that says when a prediction is asked for')
    .option('--due <column>', 'column with the planned end')
    .option('--known <column>', 'column that says when the outcome was known')
    .option('--group <column>', 'rows of one group stay together')
    .option('--site <column>', 'where')
    .option('--id <column>', 'names the activity')
    .option('--ignore <columns>', 'no features: names separated by commas')
    .option('--target <words>', 'what late means');
}

/** Files as a dataset; without any option the roles come from the files beside them. */
export async function readFiles(paths: readonly string[], flags: RoleFlags, name?: string): Promise<Dataset> {
  const { label, positive, delay, time, due, known, group, site, id, ignore, target } = flags;
  const given = { label, positive, delay, time, due, known, group, site, id, target };
  const stated = Object.entries({ ...given, ignore: ignore?.split(',').map((one) => one.trim()) });
  const roles = Object.fromEntries(stated.filter(([, value]) => value !== undefined)) as TableRoles;
  return openDataset(
    paths.map((path) => resolve(path)),
    { ...(Object.keys(roles).length > 0 ? { roles } : {}), ...(name === undefined ? {} : { name }) },
  );
}
