import { feature } from '@plumbline/shared/manifest';
import { z } from 'zod';

const column = z.string().min(1).max(256);

/** Which column means what in a table without a meaning of its own; also the content of `dataset.yaml`. */
export const tableRoles = z.strictObject({
  /** Holds two values, or several of which `positive` says which count. */
  label: column.optional(),
  /** What counts as 1 (late): a value of the label column, or a condition such as `delay > 30` over any columns. */
  positive: z
    .union([z.string().max(2000), z.number(), z.boolean()])
    .transform(String)
    .optional(),
  /** Days late, negative when early; what a regression learns. */
  delay: column.optional(),
  /** When a prediction is asked for. */
  time: column.optional(),
  /** The planned end; without it `time`. */
  due: column.optional(),
  /** When the label became known; without it `due`. */
  known: column.optional(),
  group: column.optional(),
  site: column.optional(),
  /** Names the activity; without it a row is named by its content. */
  id: column.optional(),
  /** Columns that are not features: leaks, notes. */
  ignore: z.array(column).max(1024).optional(),
  /** What label 1 means, in words. */
  target: z.string().min(1).max(500).optional(),
  /** How rows must be split; without it by `time`, else by `group`, else stratified. */
  split: z.enum(['time', 'group', 'stratified']).optional(),
  /** The features, instead of every column that could be one. */
  features: z.array(feature).min(1).max(4096).optional(),
  /** Cells mean exactly what they say: only an empty one is missing, and blanks count. An export is read so. */
  exact: z.boolean().optional(),
});

export type TableRoles = z.infer<typeof tableRoles>;

/** Roles that name one column each. */
export const COLUMN_ROLES = ['label', 'delay', 'time', 'due', 'known', 'group', 'site', 'id'] as const;

/** True where someone has said what a table is to be read for. */
export function statesTarget(roles: TableRoles): boolean {
  return roles.label !== undefined || roles.positive !== undefined || roles.delay !== undefined;
}
